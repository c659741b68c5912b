using System.Buffers;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.OpenInference;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api.OpenInference;

/// <summary>The Open Inference Protocol v2: what <see cref="OpenInferenceRoutes"/> has, and the generate extension.</summary>
internal sealed class OpenInferenceEndpoint(ServedGenerator generator, TextGenerator texts, GeneratorInference inference)
{
    private readonly OpenInferenceModel _model = inference.Model;

    public static void Map(WebApplication app)
    {
        var inference = app.Services.GetRequiredService<GeneratorInference>();
        app.MapOpenInference(inference.Model, inference.InferAsync);
        app.MapPost("/v2/models/{name}/generate",
            (string name, HttpContext context, OpenInferenceEndpoint endpoint) => endpoint.GenerateAsync(name, null, context));
        app.MapPost("/v2/models/{name}/versions/{version}/generate",
            (string name, string version, HttpContext context, OpenInferenceEndpoint endpoint) => endpoint.GenerateAsync(name, version, context));
        app.MapPost("/v2/models/{name}/generate_stream",
            (string name, HttpContext context, OpenInferenceEndpoint endpoint) => endpoint.GenerateStreamAsync(name, null, context));
        app.MapPost("/v2/models/{name}/versions/{version}/generate_stream",
            (string name, string version, HttpContext context, OpenInferenceEndpoint endpoint) => endpoint.GenerateStreamAsync(name, version, context));
    }

    private async Task GenerateAsync(string name, string? version, HttpContext context)
    {
        _model.Check(name, version);
        using var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted);
        var (settings, writer) = Read(json);
        using var generation = texts.Start(context, settings);
        var text = (await generation.TextsAsync())[0];
        await JsonAnswer.WriteAsync(context, output => writer.WriteAnswer(output, text.Text, text.Finish, text.Placed));
    }

    private async Task GenerateStreamAsync(string name, string? version, HttpContext context)
    {
        _model.Check(name, version);
        using var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted);
        var (settings, writer) = Read(json);
        // Details name a token an event.
        int? batchLength = settings.TopLogprobs is null ? null : 1;
        using var generation = texts.Start(context, settings);
        using var events = new ServerSentEvents(context);
        try
        {
            await foreach (var (_, piece) in generation.PiecesAsync(batchLength, events.KeepAliveAsync))
            {
                // A step that shows nothing is no event, unless the caller counts tokens.
                if (piece.Text.Length > 0 || piece.Placed.Count > 0 || piece.Finish is not null)
                {
                    await events.SendJsonAsync(output => writer.WriteEvent(output, piece));
                }
            }
        }
        catch (ApiException error) when (events.HasStarted)
        {
            await events.SendAsync(output => output.Write(OpenInferenceErrors.Format.Body(error)));
        }
    }

    private (GenerationSettings Settings, GenerateBody Writer) Read(JsonRequest json)
    {
        var text = json.Required("text_input");
        // Triton takes members that it does not know for parameters.
        var parameters = json.Object("parameters") is { } nested ? GenerateParameters.Read(nested, json) : GenerateParameters.Read(json);
        return (parameters.Settings(text, "text_input", generator), new GenerateBody(json.String("id"), parameters, generator));
    }
}
