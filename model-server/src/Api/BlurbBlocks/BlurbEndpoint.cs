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
        AnyOrigin.MapPreflight(app, "/touch", "GET, POST");
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

    private async Task WriteAsync(HttpContext context, BlurbRequest request)
    {
        var settings = new GenerationSettings
        {
            Prompt = Window(Prompt.Of(request.Seed, generator), request.Length),
            MaxTokens = request.Length,
            Sampling = new SamplingParameters { Temperature = options.Temperature, Seed = RandomSeed.Next() },
            // As in gpt-2-cloud-run, nothing but the request ends a text, and special tokens are text.
            ShowsSpecialTokens = true,
            StopRule = () => new CountedStops(request.StopString, request.StopCharacters, request.StopCount),
        };
        using var generation = texts.Start(context, settings);
        await foreach (var (_, piece) in generation.PiecesAsync(BatchLength))
        {
            await SendAsync(context.Response, piece.Text, context.RequestAborted);
        }
        await SendAsync(context.Response, "", context.RequestAborted);
    }

    // A prompt that does not fit with its text leaves room for a batch.
    private Prompt Window(Prompt prompt, int length)
    {
        var most = generator.MaxTokens - Math.Min(BatchLength, generator.MaxTokens / 2);
        return prompt.Tokens.Length <= most || prompt.Tokens.Length + length <= generator.MaxTokens ? prompt : prompt.Window(most);
    }

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
