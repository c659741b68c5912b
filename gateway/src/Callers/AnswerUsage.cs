using System.Text.Json;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>Finds what an answer really used, where it says so.</summary>
internal static class AnswerUsage
{
    /// <summary>The same of events, each of which is there as a whole: where a stream tells its usage, that is its last one.</summary>
    public static long? ReadEvents(ReadOnlySpan<byte> events, long promptTokens)
    {
        // Of hundreds of events one has it.
        if (events.IndexOf("_tokens\""u8) < 0)
        {
            return null;
        }
        long? used = null;
        foreach (var range in events.Split((byte)'\n'))
        {
            if (events[range].StartsWith("data:"u8))
            {
                used = Read(events[range]["data:".Length..], promptTokens) ?? used;
            }
        }
        return used;
    }

    /// <summary>OpenAI's <c>usage.total_tokens</c>; of Text Generation Inference's <c>details.generated_tokens</c> with the prompt's.</summary>
    /// <param name="json">A whole answer.</param>
    /// <param name="promptTokens">Of the request, as estimated.</param>
    /// <returns>Null where it does not say.</returns>
    public static long? Read(ReadOnlySpan<byte> json, long promptTokens)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            var inside = 0;
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }
                if (reader.ValueTextEquals("usage"u8) || reader.ValueTextEquals("details"u8))
                {
                    inside = reader.CurrentDepth + 1;
                    continue;
                }
                var (isTotal, isGenerated) = (reader.ValueTextEquals("total_tokens"u8), reader.ValueTextEquals("generated_tokens"u8));
                var isHere = reader.CurrentDepth == inside;
                if (reader.Read() && isHere && (isTotal || isGenerated) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var tokens))
                {
                    return Math.Max(0, isTotal ? tokens : tokens + promptTokens);
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not ours to judge.
        }
        return null;
    }
}
