using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api.CloudRun;

/// <summary>GET / and POST / of minimaxir/gpt-2-cloud-run: <c>{"prefix","length","temperature","top_k","top_p","truncate",
/// "include_prefix"}</c> to <c>{"text"}</c>.</summary>
internal sealed class CloudRunEndpoint(ServedGenerator generator, TextGenerator texts, CloudRunOptions options)
{
    /// <summary>Maps GET; POST is shared with Text Generation Inference, see <see cref="RootEndpoint"/>.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        app.UseErrorFormat(MessageErrors.Format, "/");
        app.MapGet("/", (HttpContext context, CloudRunEndpoint endpoint) => endpoint.AnswerAsync(context, LooseFields.Of(context.Request.Query)));
        app.MapMethods("/", [HttpMethods.Head], (HttpContext context) =>
        {
            AnyOrigin.Allow(context);
            context.Response.ContentType = "application/json; charset=utf-8";
        });
        AnyOrigin.MapPreflight(app, "/", "GET, POST, HEAD");
    }

    public async Task<IResult> AnswerAsync(HttpContext context, LooseFields fields)
    {
        AnyOrigin.Allow(context);
        var request = CloudRunRequest.Read(fields, options.Profile);
        using var generation = texts.Start(context, Settings(request));
        var generated = await generation.TextsAsync();
        return Results.Json(new { text = CloudRunText.Shown(generated[0].Text, request) }, JsonText.SerializerOptions);
    }

    private GenerationSettings Settings(CloudRunRequest request)
    {
        var prompt = request.Prefix is { } prefix ? Prompt.Of(prefix, generator) : Prompt.Start(generator);
        // gpt_2_simple leaves one position of the context unused behind a prefix; without one, for the start token.
        var room = generator.MaxTokens - 1 - (request.Prefix is null ? 0 : prompt.Tokens.Length);
        // One that leaves no room is cut on the left: a caller of this API expects a text, whatever it sends.
        var newTokens = Math.Min(request.Length, room > 0 ? room : generator.MaxTokens - 1);
        return new GenerationSettings
        {
            Prompt = prompt.Window(generator.MaxTokens - newTokens),
            MaxTokens = newTokens,
            Sampling = new SamplingParameters
            {
                Temperature = request.Temperature,
                TopK = request.TopP > 0 ? 0 : request.TopK,
                TopP = request.TopP > 0 ? request.TopP : 1,
                Seed = RandomSeed.Next(),
            },
            // The end-of-text token is sampled like any other and shown; only truncate ends the text. What follows its first
            // match can't matter.
            ShowsSpecialTokens = true,
            Stops = request.Truncate is { } truncate ? [truncate] : [],
            IncludeStop = true,
        };
    }
}
