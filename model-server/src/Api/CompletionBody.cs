using System.Text.Json;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Text;
using ElasticSynapse.ModelServer.Tokenization;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>Writes the <c>text_completion</c> object, whole or as the chunks of a stream.</summary>
/// <param name="id">The same in all chunks.</param>
/// <param name="created">Unix seconds; the same in all chunks.</param>
/// <param name="model">As the caller called it.</param>
/// <param name="tokenizer">Names tokens.</param>
internal sealed class CompletionBody(string id, long created, string model, BpeTokenizer tokenizer)
{
    /// <summary>A choice of an answer or of a chunk.</summary>
    /// <param name="Index">Prompt index * n + choice of the prompt.</param>
    /// <param name="Text">What was generated, behind the prompt if that is echoed.</param>
    /// <param name="Finish">Null while a stream goes on.</param>
    /// <param name="Placed">The text's tokens; null if no log-probabilities were asked for.</param>
    public readonly record struct Choice(int Index, string Text, FinishReason? Finish, IReadOnlyList<PlacedToken>? Placed);

    /// <summary>Tokens of all prompts and of all generated sequences.</summary>
    public readonly record struct Usage(int PromptTokens, int CompletionTokens);

    /// <param name="writer">Gets one object.</param>
    /// <param name="choices">Empty in the chunk that tells the usage.</param>
    /// <param name="usage">Left out of the JSON when null, unless <paramref name="nullUsage"/>.</param>
    /// <param name="nullUsage">Write <c>"usage": null</c>, as a stream does that will tell the usage at its end.</param>
    public void Write(Utf8JsonWriter writer, ReadOnlySpan<Choice> choices, Usage? usage, bool nullUsage = false)
    {
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteString("object", "text_completion");
        writer.WriteNumber("created", created);
        writer.WriteString("model", model);
        writer.WriteStartArray("choices");
        foreach (var choice in choices)
        {
            writer.WriteStartObject();
            writer.WriteString("text", choice.Text);
            writer.WriteNumber("index", choice.Index);
            LogprobsBody.Write(writer, choice.Placed, tokenizer);
            writer.WriteString("finish_reason", choice.Finish switch
            {
                FinishReason.EndOfText or FinishReason.StopString => "stop",
                FinishReason.Length => "length",
                _ => null,
            });
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (usage is { } counted)
        {
            writer.WriteStartObject("usage");
            writer.WriteNumber("prompt_tokens", counted.PromptTokens);
            writer.WriteNumber("completion_tokens", counted.CompletionTokens);
            writer.WriteNumber("total_tokens", counted.PromptTokens + counted.CompletionTokens);
            writer.WriteEndObject();
        }
        else if (nullUsage)
        {
            writer.WriteNull("usage");
        }
        writer.WriteEndObject();
    }
}
