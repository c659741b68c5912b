using System.Text.Json;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>TensorFlow Serving's REST API: POST predict and classify, GET status and metadata.</summary>
/// <remarks>tensorflow.org, "RESTful API", and <c>http_rest_api_handler.cc</c>.</remarks>
internal sealed class TensorFlowEndpoint(
    ServedClassifier served, ServableVersion version, PredictBody body, InputClassifier classifier, ModelStatus status, HealthCheckService health, TimeProvider time)
{
    /// <summary>GET below /v1/models.</summary>
    public async Task DescribeAsync(HttpContext context)
    {
        if (Resource(context) is not { } resource)
        {
            await WriteStatusAsync(context, status.WriteList);
            return;
        }
        if (Path(resource) is not { Verb: null } path)
        {
            throw Malformed(context);
        }
        if (path is { Version: null, Label: null, IsMetadata: false } && !served.Identity.IsCalled(path.Model))
        {
            // OpenAI's clients ask the same path.
            context.UseErrorFormat(OpenAiErrors.Format);
            throw new ApiException(ErrorKind.ModelNotFound, $"Could not find any versions of model {Excerpt.Of(path.Model)}", "model");
        }
        if (path.IsMetadata)
        {
            version.Check(path.Model, path.Version, path.Label);
            await JsonAnswer.WriteAsync(context, status.WriteMetadata);
            return;
        }
        version.CheckStatus(path.Model, path.Version, path.Label);
        await WriteStatusAsync(context, status.WriteModel);
    }

    /// <summary>POST below /v1/models.</summary>
    public async Task RunAsync(HttpContext context)
    {
        if (Resource(context) is not { } resource || Path(resource) is not { Verb: { } verb } path)
        {
            throw Malformed(context);
        }
        version.Check(path.Model, path.Version, path.Label);
        using var json = await TensorFlowBody.ReadAsync(context.Request, context.RequestAborted);
        switch (verb)
        {
            case "predict":
                var (inputs, isRow) = body.ReadPredict(json);
                await WriteAsync(context, isRow ? "predictions" : "outputs", await ScoresAsync(inputs), WriteValues);
                break;
            case "classify":
                await WriteAsync(context, "results", await ScoresAsync(body.ReadClassify(json)), WriteClasses);
                break;
            default:
                Signatures.Check(PredictBody.SignatureName(json) ?? Signatures.Default, verb);
                break;
        }

        Task<TextScores[]> ScoresAsync(Reading.ClassifierInput[] inputs) =>
            classifier.ClassifyAsync(inputs, Deadline.Of(context, time), context.RequestAborted);
    }

    /// <summary>Any other method below /v1/models.</summary>
    public static Task RefuseAsync(HttpContext context) => throw Malformed(context);

    /// <summary>OPTIONS below /v1/models, which only browsers have a use for.</summary>
    public static Task PreflightAsync(HttpContext context)
    {
        if (context.Request.Headers.Origin.Count == 0)
        {
            throw Malformed(context);
        }
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private ServingPath? Path(string resource) =>
        ServingPath.Parse(resource) is { } path && (path.Version is null || version.IsVersion(path.Version)) ? path : null;

    private async Task WriteStatusAsync(HttpContext context, Action<Utf8JsonWriter, bool> write)
    {
        var isReady = (await health.CheckHealthAsync(context.RequestAborted)).Status == HealthStatus.Healthy;
        await JsonAnswer.WriteAsync(context, json => write(json, isReady));
    }

    private static string? Resource(HttpContext context) => context.Request.RouteValues["resource"] as string;

    private static ApiException Malformed(HttpContext context) => new(
        ErrorKind.InvalidRequest, $"Malformed request: {context.Request.Method} {Excerpt.Of(context.Request.Path.Value ?? "")}");

    private static Task WriteAsync(HttpContext context, string name, TextScores[] scores, Action<Utf8JsonWriter, TextScores> write) =>
        JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray(name);
            foreach (var one in scores)
            {
                write(json, one);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static void WriteValues(Utf8JsonWriter json, TextScores scores)
    {
        json.WriteStartArray();
        foreach (var probability in scores.Probabilities)
        {
            TensorFlowNumber.Write(json, probability);
        }
        json.WriteEndArray();
    }

    private void WriteClasses(Utf8JsonWriter json, TextScores scores)
    {
        json.WriteStartArray();
        for (var label = 0; label < scores.Probabilities.Length; label++)
        {
            json.WriteStartArray();
            json.WriteStringValue(served.LabelNames[label]);
            TensorFlowNumber.Write(json, scores.Probabilities[label]);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }
}
