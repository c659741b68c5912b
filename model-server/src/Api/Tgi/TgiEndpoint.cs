using System.Buffers;
using System.Text;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.ModelServer.Api.Tgi;

/// <summary>POST /generate, /generate_stream, GET /info, /health of Hugging Face's Text Generation Inference, and POST / in its
/// older form.</summary>
internal sealed class TgiEndpoint(ServedGenerator generator, TextGenerator texts, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.UseErrorFormat(TgiErrors.Format, "/generate", "/generate_stream", "/info", "/health", "/ping");
        app.MapPost("/generate", (HttpContext context, TgiEndpoint endpoint) => endpoint.GenerateAsync(context));
        app.MapPost("/generate_stream", (HttpContext context, TgiEndpoint endpoint) => endpoint.GenerateStreamAsync(context));
        app.MapGet("/info", (ServedGenerator generator, SchedulerOptions scheduler) => TgiInfo.Of(generator, scheduler));
        app.MapGet("/health", HealthAsync);
        app.MapGet("/ping", HealthAsync);
    }

    /// <summary>POST /: the answer in an array, or a stream if the body says so.</summary>
    public async Task<IResult> AnswerRootAsync(HttpContext context, JsonRequest json)
    {
        context.UseErrorFormat(TgiErrors.Format);
        if (json.Boolean("stream") ?? false)
        {
            await StreamAsync(context, json);
        }
        else
        {
            await AnswerAsync(context, json, isInArray: true);
        }
        return Results.Empty;
    }

    private async Task GenerateAsync(HttpContext context)
    {
        using var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted);
        await AnswerAsync(context, json, isInArray: false);
    }

    private async Task GenerateStreamAsync(HttpContext context)
    {
        using var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted);
        await StreamAsync(context, json);
    }

    private async Task AnswerAsync(HttpContext context, JsonRequest json, bool isInArray)
    {
        var start = time.GetTimestamp();
        var request = TgiRequest.Read(json, generator, isStream: false);
        var validated = time.GetTimestamp();
        var settings = request.Settings(tellsTokens: request.Details, generator);
        using var generation = texts.Start(context, [.. Enumerable.Range(0, request.BestOf).Select(i => settings with
        {
            // Each has a seed of its own that gives it again.
            Sampling = settings.Sampling with { Seed = settings.Sampling.Seed + i },
        })]);
        TgiHeaders.WriteSeed(context.Response, request);
        var candidates = (await generation.TextsAsync())
            .Select((text, i) => new TgiBody.Candidate(text, request.Sampling.Seed + (ulong)i))
            .OrderByDescending(candidate => candidate.Text.Score)
            .ToList();

        var writer = new TgiBody(request, generator);
        TgiHeaders.Write(context.Response, request, generator.Model.Device, candidates[0].Text.Tokens, time.GetElapsedTime(start), time.GetElapsedTime(start, validated), generation.QueueTime);
        await JsonAnswer.WriteAsync(context, output =>
        {
            if (isInArray)
            {
                output.WriteStartArray();
            }
            writer.WriteAnswer(output, candidates[0], candidates[1..]);
            if (isInArray)
            {
                output.WriteEndArray();
            }
        });
    }

    // The router has begun its answer before it looks at the request, so that whatever it refuses is an event. An overload
    // keeps its status, for whoever retries by it.
    private async Task StreamAsync(HttpContext context, JsonRequest json)
    {
        using var events = new ServerSentEvents(context);
        try
        {
            var request = TgiRequest.Read(json, generator, isStream: true);
            TgiHeaders.Write(context.Response, request, generator.Model.Device);
            using var generation = texts.Start(context, request.Settings(tellsTokens: true, generator));
            TgiHeaders.WriteSeed(context.Response, request);
            await SendAsync(events, request, generation);
        }
        catch (ApiException error) when (events.HasStarted || error.Kind is ErrorKind.InvalidRequest or ErrorKind.ContextLengthExceeded)
        {
            await events.SendAsync(output => output.Write(TgiErrors.Format.Body(error)));
        }
    }

    private async Task SendAsync(ServerSentEvents events, TgiRequest request, GenerationInFlight generation)
    {
        var writer = new TgiBody(request, generator);
        var decoder = new TokenStreamDecoder(generator.Tokenizer);
        var text = new StringBuilder();
        var index = 0;
        // An event is a token here, whatever the configuration says.
        await foreach (var (_, piece) in generation.PiecesAsync(batchLength: 1, events.KeepAliveAsync))
        {
            text.Append(piece.Text);
            for (var i = 0; i < piece.Placed.Count; i++)
            {
                var token = piece.Placed[i];
                var isLast = piece.Finish is not null && i == piece.Placed.Count - 1;
                index++;
                await events.SendJsonAsync(json =>
                    writer.WriteEvent(json, index, token, decoder.Append(token.Token), isLast ? (text.ToString(), piece.Finish!.Value) : null));
            }
        }
    }

    private static async Task<IResult> HealthAsync(HealthCheckService health, CancellationToken cancelled) =>
        (await health.CheckHealthAsync(cancelled)).Status == HealthStatus.Healthy
            ? Results.Ok()
            : throw new ApiException(ErrorKind.NotReady, "unhealthy");
}
