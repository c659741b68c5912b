using System.Text;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Text;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api.BlurbBlocks;

/// <summary>POST /predict of Blurb Blocks (byronhallett/ml-writers-api): plain text, a chunk for every few tokens.</summary>
internal sealed class BlurbEndpoint(ServedGenerator generator, TextGenerator texts, BlurbOptions options, StreamingOptions streaming)
{
    private const int DefaultBatchLength = 8;

    private int BatchLength => streaming.BatchLength ?? DefaultBatchLength;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.UseErrorFormat(BlurbErrors.Format, "/predict", "/touch");
        app.MapPost("/predict", (HttpContext context, BlurbEndpoint endpoint) => endpoint.PredictAsync(context));
        app.MapGet("/touch", Touch);
        app.MapPost("/touch", Touch);
        AnyOrigin.MapPreflight(app, "/predict", "POST");
    }

    // Once loaded the model; it is by now.
    private static IResult Touch(HttpContext context)
    {
        AnyOrigin.Allow(context);
        return Results.Text("No Touch", "text/html", Encoding.UTF8);
    }

    private async Task<IResult> PredictAsync(HttpContext context)
    {
        AnyOrigin.Allow(context);
        BlurbRequest? request;
        using (var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted))
        {
            request = BlurbRequest.Read(LooseFields.Of(json));
        }
        if (request is null)
        {
            var status = options.UsageIsOk ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
            return Results.Text(BlurbRequest.Usage, "text/html", Encoding.UTF8, status);
        }
        await WriteAsync(context, request);
        return Results.Empty;
    }

    // A text longer than the context goes on from its last tokens, with room for at least a batch.
    private async Task WriteAsync(HttpContext context, BlurbRequest request)
    {
        var sampling = new SamplingParameters { Temperature = options.Temperature, Seed = RandomSeed.Next() };
        var stops = new CountedStops(request.StopString, request.StopCharacters, request.StopCount);
        var text = new StringBuilder(request.Seed);
        for (var left = request.Length; left > 0 && !stops.Stopped;)
        {
            var prompt = Window(text.ToString());
            var settings = new GenerationSettings
            {
                Prompt = prompt,
                MaxTokens = Math.Min(left, generator.MaxTokens - prompt.Tokens.Length),
                Sampling = sampling,
                // As in gpt-2-cloud-run, nothing but the request ends a text, and special tokens are text.
                ShowsSpecialTokens = true,
                StopRule = () => stops,
            };
            left -= settings.MaxTokens;
            using var generation = texts.Start(context, settings);
            await foreach (var (_, piece) in generation.PiecesAsync(BatchLength))
            {
                text.Append(piece.Text);
                await SendAsync(context.Response, piece.Text, context.RequestAborted);
            }
        }
        await SendAsync(context.Response, "", context.RequestAborted);
    }

    private Prompt Window(string text) => Prompt.Of(text, generator).Window(Math.Max(1, generator.MaxTokens - BatchLength));

    // Flushed, so that the caller gets each piece as a chunk; the first one begins the answer.
    private static async Task SendAsync(HttpResponse response, string text, CancellationToken cancelled)
    {
        if (!response.HasStarted)
        {
            response.ContentType = "text/html; charset=utf-8";
            response.Headers.CacheControl = "no-cache";
            response.Headers["X-Accel-Buffering"] = "no";
        }
        await response.WriteAsync(text, cancelled);
        await response.Body.FlushAsync(cancelled);
    }
}
