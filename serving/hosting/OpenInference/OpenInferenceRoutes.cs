using System.Globalization;
using System.Reflection;
using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>The Open Inference Protocol v2 of KServe and Triton: health, metadata and infer for the one model of a service.
/// Answers have KServe's bodies.</summary>
public static class OpenInferenceRoutes
{
    /// <param name="app">The service's; after its defaults.</param>
    /// <param name="model">What is served.</param>
    /// <param name="infer">From a request to all outputs of the model. Inputs are well-formed tensors; whether they are the
    /// model's is for it to check.</param>
    public static void MapOpenInference(
        this WebApplication app, OpenInferenceModel model, Func<InferRequest, HttpContext, Task<IReadOnlyList<InferTensor>>> infer)
    {
        app.UseErrorFormat(OpenInferenceErrors.Format, "/v2");
        app.MapGet("/v2/health/live", () => new { live = true });
        app.MapGet("/v2/health/ready", ServerReadyAsync);
        app.MapGet("/v2", () => DescribeServer(app.Environment.ApplicationName, model));
        app.MapGet("/v2/models", () => new { models = new[] { model.Identity.Name } });
        app.MapGet("/v2/models/{name}", (string name) => Describe(name, null));
        app.MapGet("/v2/models/{name}/versions/{version}", Describe);
        app.MapGet("/v2/models/{name}/ready", (string name, HealthCheckService health, CancellationToken cancelled) => ModelReadyAsync(name, null, health, cancelled));
        app.MapGet("/v2/models/{name}/versions/{version}/ready", ModelReadyAsync);
        app.MapPost("/v2/models/{name}/infer", (string name, HttpContext context) => InferAsync(name, null, context));
        app.MapPost("/v2/models/{name}/versions/{version}/infer", InferAsync);

        object Describe(string name, string? version)
        {
            model.Check(name, version);
            return DescribeModel(model);
        }

        async Task<IResult> ModelReadyAsync(string name, string? version, HealthCheckService health, CancellationToken cancelled)
        {
            model.Check(name, version);
            return await IsReadyAsync(health, cancelled)
                ? Results.Json(new { name = model.Identity.Name, ready = true })
                : throw new ApiException(ErrorKind.NotReady, $"Model with name {model.Identity.Name} is not ready.");
        }

        async Task InferAsync(string name, string? version, HttpContext context)
        {
            model.Check(name, version);
            using var request = await InferRequest.ReadAsync(context.Request, model, context.RequestAborted);
            await InferAnswer.WriteAsync(context, model, request, await infer(request, context));
        }
    }

    private static async Task<IResult> ServerReadyAsync(HttpContext context, HealthCheckService health, CancellationToken cancelled)
    {
        var ready = await IsReadyAsync(health, cancelled);
        if (!ready)
        {
            context.Response.Headers.RetryAfter = ErrorAnswer.UnavailableSeconds.ToString(CultureInfo.InvariantCulture);
        }
        return Results.Json(new { ready }, statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<bool> IsReadyAsync(HealthCheckService health, CancellationToken cancelled) =>
        (await health.CheckHealthAsync(cancelled)).Status == HealthStatus.Healthy;

    private static object DescribeServer(string name, OpenInferenceModel model) => new
    {
        name,
        version = Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3),
        extensions = model.Extensions.Prepend("binary_tensor_data"),
    };

    private static object DescribeModel(OpenInferenceModel model) => new
    {
        name = model.Identity.Name,
        versions = new[] { model.Identity.Version },
        platform = "onnxruntime_onnx",
        inputs = model.Inputs.Select(Describe),
        outputs = model.Outputs.Select(Describe),
    };

    private static object Describe(TensorDescription tensor) => new { name = tensor.Name, datatype = tensor.Datatype.Name, shape = tensor.Shape };
}
