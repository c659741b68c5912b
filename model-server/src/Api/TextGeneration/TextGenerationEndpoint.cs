using System.Text;
using System.Text.Json;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api.TextGeneration;

/// <summary>POST /text-generation/generate of the Flask-RESTX tutorial: <c>{"text"}</c> to <c>{"input","generated"}</c>.</summary>
internal sealed class TextGenerationEndpoint(ServedGenerator generator, TextGenerator texts)
{
    // The transformers pipeline of 2021 for gpt2: prompt and continuation together.
    private const int MaxLength = 50;
    private const int TopK = 50;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.UseErrorFormat(RestxErrors.Format, "/text-generation", "/hello");
        // The tutorial's first step, by which its readers see that the service runs.
        app.MapGet("/hello", () => Results.Text("{\"hello\": \"world\"}\n", "application/json", Encoding.UTF8));
        app.MapPost("/text-generation/generate", (HttpContext context, TextGenerationEndpoint endpoint) => endpoint.GenerateAsync(context));
    }

    private async Task<IResult> GenerateAsync(HttpContext context)
    {
        using var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted);
        var text = ReadText(json);
        using var generation = texts.Start(context, Settings(text));
        var generated = await generation.TextsAsync();
        // With a line's end behind it, as Flask-RESTX writes.
        var answer = JsonSerializer.Serialize(new { input = text, generated = generated[0].Text }, JsonText.SerializerOptions) + "\n";
        return Results.Text(answer, "application/json", Encoding.UTF8);
    }

    private static string ReadText(JsonRequest json) => json.Element("text") switch
    {
        null => throw ApiException.Invalid("text", "'text' is a required property"),
        { ValueKind: JsonValueKind.String } element => JsonFields.AsString(element, "text"),
        { } element => throw ApiException.Invalid("text", $"{Excerpt.Of(element.GetRawText())} is not of type 'string'"),
    };

    private GenerationSettings Settings(string text)
    {
        var prompt = Prompt.Of(text, generator);
        // A prompt that is longer already gets one token, as in transformers; one that fills the context makes room for it.
        var newTokens = Math.Clamp(MaxLength - prompt.Tokens.Length, 1, Math.Max(1, generator.MaxTokens - prompt.Tokens.Length));
        return new GenerationSettings
        {
            Prompt = prompt.Window(generator.MaxTokens - newTokens),
            MaxTokens = newTokens,
            Sampling = new SamplingParameters { TopK = TopK, EndTokens = generator.EndTokens, Seed = RandomSeed.Next() },
        };
    }
}
