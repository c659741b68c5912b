using System.Text.Json;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Text;
using ElasticSynapse.ModelServer.Tokenization;

namespace ElasticSynapse.ModelServer.Api.Tgi;

/// <summary>Writes texts and tokens as Text Generation Inference does.</summary>
internal sealed class TgiBody(TgiRequest request, ServedGenerator generator)
{
    /// <summary>A text of an answer, with the seed that it was made from.</summary>
    public readonly record struct Candidate(GeneratedText Text, ulong? Seed);

    /// <summary>The answer of <c>/generate</c>.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="best">The text.</param>
    /// <param name="others">Those that were less likely.</param>
    public void WriteAnswer(Utf8JsonWriter writer, Candidate best, IReadOnlyList<Candidate> others)
    {
        writer.WriteStartObject();
        writer.WriteString("generated_text", Shown(GeneratedPart(best.Text)));
        if (request.Details)
        {
            writer.WriteStartObject("details");
            WriteDetails(writer, best);
            if (others.Count > 0)
            {
                writer.WriteStartArray("best_of_sequences");
                foreach (var other in others)
                {
                    writer.WriteStartObject();
                    writer.WriteString("generated_text", Shown(GeneratedPart(other.Text)));
                    WriteDetails(writer, other);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    /// <summary>An event of <c>/generate_stream</c>.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="index">Of the token, from 1.</param>
    /// <param name="token">The token.</param>
    /// <param name="text">What it completed.</param>
    /// <param name="whole">The whole text and why it ended, with the last token.</param>
    public void WriteEvent(Utf8JsonWriter writer, int index, PlacedToken token, string text, (string Text, FinishReason Finish)? whole)
    {
        writer.WriteStartObject();
        writer.WriteNumber("index", index);
        writer.WritePropertyName("token");
        WriteToken(writer, token.Token, text, token.Logprobs?.Logprob);
        if (request.TopTokens > 0)
        {
            writer.WritePropertyName("top_tokens");
            WriteTop(writer, token);
        }
        if (whole is not { } end)
        {
            writer.WriteNull("generated_text");
            writer.WriteNull("details");
        }
        else
        {
            writer.WriteString("generated_text", Shown(end.Text));
            if (request.Details)
            {
                writer.WriteStartObject("details");
                WriteFinish(writer, end.Finish, index, request.Sampling.Seed);
                writer.WriteNumber("input_length", request.Prompt.Tokens.Length);
                writer.WriteEndObject();
            }
            else
            {
                writer.WriteNull("details");
            }
        }
        writer.WriteEndObject();
    }

    private void WriteDetails(Utf8JsonWriter writer, Candidate candidate)
    {
        var (prompt, generated) = (candidate.Text.Placed.Take(PromptTokens), candidate.Text.Placed.Skip(PromptTokens).ToList());
        WriteFinish(writer, candidate.Text.Finish, candidate.Text.Tokens, candidate.Seed);
        writer.WriteStartArray("prefill");
        foreach (var token in prompt)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", token.Token);
            writer.WriteString("text", generator.Tokenizer.TokenText(token.Token));
            WriteLogprob(writer, token.Logprobs?.Logprob);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("tokens");
        var decoder = new TokenStreamDecoder(generator.Tokenizer);
        foreach (var token in generated)
        {
            WriteToken(writer, token.Token, decoder.Append(token.Token), token.Logprobs?.Logprob);
        }
        writer.WriteEndArray();
        if (request.TopTokens > 0)
        {
            writer.WriteStartArray("top_tokens");
            foreach (var token in generated)
            {
                WriteTop(writer, token);
            }
            writer.WriteEndArray();
        }
    }

    private void WriteFinish(Utf8JsonWriter writer, FinishReason finish, int tokens, ulong? seed)
    {
        // The length is looked at first, then the end of text, then the stop sequences.
        writer.WriteString("finish_reason", tokens == request.MaxNewTokens ? "length" : finish switch
        {
            FinishReason.EndOfText => "eos_token",
            FinishReason.StopString => "stop_sequence",
            _ => "length",
        });
        writer.WriteNumber("generated_tokens", tokens);
        if (seed is { } used)
        {
            writer.WriteNumber("seed", used);
        }
        else
        {
            writer.WriteNull("seed");
        }
    }

    private void WriteTop(Utf8JsonWriter writer, PlacedToken token)
    {
        writer.WriteStartArray();
        foreach (var (id, logprob) in token.Logprobs!.Top)
        {
            WriteToken(writer, id, generator.Tokenizer.TokenText(id), logprob);
        }
        writer.WriteEndArray();
    }

    private void WriteToken(Utf8JsonWriter writer, int id, string text, float? logprob)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", id);
        writer.WriteString("text", text);
        WriteLogprob(writer, logprob);
        writer.WriteBoolean("special", generator.Tokenizer.IsSpecial(id));
        writer.WriteEndObject();
    }

    private static void WriteLogprob(Utf8JsonWriter writer, float? logprob)
    {
        if (logprob is { } value)
        {
            writer.WriteNumber("logprob", value);
        }
        else
        {
            writer.WriteNull("logprob");
        }
    }

    // The prompt stands in front when its tokens are told.
    private int PromptTokens => request.PromptDetails ? request.Prompt.Tokens.Length : 0;

    private string GeneratedPart(GeneratedText text) => request.PromptDetails ? text.Text[request.Prompt.Text.Length..] : text.Text;

    private string Shown(string generated) => request.ReturnFullText ? request.Inputs + generated : generated;
}
