using System.Text.Json;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Text;

namespace ElasticSynapse.ModelServer.Api.OpenInference;

/// <summary>Writes the object of the generate extension, whole or a piece of it.</summary>
/// <param name="id">The request's own; null for none.</param>
/// <param name="parameters">Whether details are wanted.</param>
/// <param name="generator">Whose model it is.</param>
internal sealed class GenerateBody(string? id, GenerateParameters parameters, ServedGenerator generator)
{
    public void WriteAnswer(Utf8JsonWriter writer, string text, FinishReason finish, IReadOnlyList<PlacedToken> tokens) =>
        Write(writer, text, () =>
        {
            WriteFinish(writer, finish);
            writer.WriteStartArray("logprobs");
            foreach (var token in tokens)
            {
                WriteToken(writer, token);
            }
            writer.WriteEndArray();
        });

    public void WriteEvent(Utf8JsonWriter writer, GeneratedPiece piece) => Write(writer, piece.Text, () =>
    {
        WriteFinish(writer, piece.Finish);
        if (piece.Placed is [.., var token])
        {
            writer.WritePropertyName("token");
            WriteToken(writer, token);
        }
        else
        {
            writer.WriteNull("token");
        }
    });

    private void Write(Utf8JsonWriter writer, string text, Action writeDetails)
    {
        writer.WriteStartObject();
        if (id is not null)
        {
            writer.WriteString("id", id);
        }
        writer.WriteString("model_name", generator.Identity.Name);
        writer.WriteString("model_version", generator.Identity.Version);
        writer.WriteString("text_output", text);
        if (parameters.Details)
        {
            writer.WriteStartObject("details");
            writeDetails();
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteFinish(Utf8JsonWriter writer, FinishReason? finish) => writer.WriteString("finish_reason", finish switch
    {
        null => null,
        FinishReason.EndOfText => "eos_token",
        FinishReason.StopString => "stop_sequence",
        _ => "length",
    });

    private void WriteToken(Utf8JsonWriter writer, PlacedToken token)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", token.Token);
        writer.WriteString("text", generator.Tokenizer.TokenText(token.Token));
        if (token.Logprobs is { } logprobs)
        {
            writer.WriteNumber("logprob", logprobs.Logprob);
        }
        else
        {
            writer.WriteNull("logprob");
        }
        writer.WriteBoolean("special", generator.Tokenizer.IsSpecial(token.Token));
        writer.WriteEndObject();
    }
}
