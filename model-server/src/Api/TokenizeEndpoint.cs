using System.Text.Json;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Tokenization;
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
        var addSpecial = json.Boolean("add_special_tokens") ?? true;
        if (json.String("inputs") is { } inputs)
        {
            await JsonAnswer.WriteAsync(context, writer => WriteTokens(writer, inputs, generator.Tokenizer.EncodeWithOffsets(inputs, allowSpecial, addSpecial)));
            return Results.Empty;
        }
        var text = json.String("prompt") ?? json.String("text")
            ?? throw ApiException.Invalid("prompt", "'prompt' (or 'text', or TGI's 'inputs') is required: the text to tokenize");
        var tokens = generator.Tokenizer.Encode(text, allowSpecial, addSpecial);
        return Results.Json(new { count = tokens.Length, max_model_len = generator.MaxTokens, tokens });
    }

    // The characters that each token touches, all of one that several share.
    private static void WriteTokens(Utf8JsonWriter writer, string inputs, TokenSpan[] tokens)
    {
        var codePoints = new CodePointOffset(inputs);
        writer.WriteStartArray();
        foreach (var token in tokens)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", token.Id);
            writer.WriteString("text", inputs.AsSpan(token.Start, token.Stop - token.Start));
            writer.WriteNumber("start", codePoints.Of(token.Start));
            writer.WriteNumber("stop", codePoints.Of(token.Stop));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
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
