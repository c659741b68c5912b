using System.Text;
using System.Text.Json;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Text;
using ElasticSynapse.ModelServer.Tokenization;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>Writes the <c>logprobs</c> member of a completion's choice: four arrays, an entry a token.</summary>
internal static class LogprobsBody
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="writer">Inside the choice's object.</param>
    /// <param name="tokens">Null if no log-probabilities were asked for.</param>
    /// <param name="tokenizer">Names tokens.</param>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<PlacedToken>? tokens, BpeTokenizer tokenizer)
    {
        if (tokens is null)
        {
            writer.WriteNull("logprobs");
            return;
        }
        writer.WriteStartObject("logprobs");
        writer.WriteStartArray("tokens");
        foreach (var token in tokens)
        {
            writer.WriteStringValue(Name(token.Token, tokenizer));
        }
        writer.WriteEndArray();
        writer.WriteStartArray("token_logprobs");
        foreach (var token in tokens)
        {
            if (token.Logprobs is { } logprobs)
            {
                writer.WriteNumberValue(logprobs.Logprob);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
        writer.WriteEndArray();
        writer.WriteStartArray("top_logprobs");
        foreach (var token in tokens)
        {
            WriteTop(writer, token.Logprobs, tokenizer);
        }
        writer.WriteEndArray();
        writer.WriteStartArray("text_offset");
        foreach (var token in tokens)
        {
            writer.WriteNumberValue(token.Start);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // The likeliest tokens, and the chosen one if it is not among them.
    private static void WriteTop(Utf8JsonWriter writer, TokenLogprobs? logprobs, BpeTokenizer tokenizer)
    {
        if (logprobs is null)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartObject();
        foreach (var (token, logprob) in logprobs.Top)
        {
            writer.WriteNumber(Name(token, tokenizer), logprob);
        }
        if (logprobs.Top.All(top => top.Token != logprobs.Token))
        {
            writer.WriteNumber(Name(logprobs.Token, tokenizer), logprobs.Logprob);
        }
        writer.WriteEndObject();
    }

    // A token that is a part of a character has no text; OpenAI writes its bytes.
    private static string Name(int token, BpeTokenizer tokenizer)
    {
        try
        {
            return StrictUtf8.GetString(tokenizer.Bytes(token));
        }
        catch (DecoderFallbackException)
        {
            return "bytes:" + string.Concat(tokenizer.Bytes(token).ToArray().Select(value => $"\\x{value:x2}"));
        }
    }
}
