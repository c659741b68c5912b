using System.Text.Json;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>POST /tokenize and /detokenize: in vLLM's form, and /tokenize in Hugging Face TGI's when the text comes as <c>inputs</c>.</summary>
internal static class TokenizeEndpoint
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/tokenize", TokenizeAsync);
        app.MapPost("/detokenize", DetokenizeAsync);
    }

    private static async Task<IResult> TokenizeAsync(HttpContext context, ServedGenerator generator)
    {
        using var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted);
        var allowSpecial = json.Boolean("allow_special") ?? generator.AllowSpecialTokens;
        if (json.String("inputs") is { } inputs)
        {
            return Results.Json(generator.Tokenizer.EncodeWithOffsets(inputs, allowSpecial).Select(span => new
            {
                id = span.Id,
                text = generator.Tokenizer.TokenText(span.Id),
                start = span.Start,
                stop = span.Stop,
            }));
        }
        var text = json.String("prompt") ?? json.String("text")
            ?? throw ApiException.Invalid("prompt", "'prompt' (or 'text', or TGI's 'inputs') is required: the text to tokenize");
        var tokens = generator.Tokenizer.Encode(text, allowSpecial);
        return Results.Json(new { count = tokens.Length, max_model_len = generator.MaxTokens, tokens });
    }

    private static async Task<IResult> DetokenizeAsync(HttpContext context, ServedGenerator generator)
    {
        using var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted);
        if (json.Element("tokens") is not { ValueKind: JsonValueKind.Array } tokens)
        {
            throw ApiException.Invalid("tokens", "'tokens' is required: an array of token ids");
        }
        return Results.Json(new { prompt = generator.Tokenizer.Decode(TokenIds.Read(tokens, "tokens", generator)) });
    }
}
