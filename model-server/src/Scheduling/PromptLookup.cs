namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>Guesses a text's next tokens from what followed its last words earlier in it.</summary>
/// <remarks>Prompt lookup decoding, Saxena 2023.</remarks>
internal static class PromptLookup
{
    private const int LongestMatch = 4;
    private const int ShortestMatch = 2;

    /// <param name="tokens">Prompt and generated tokens.</param>
    /// <param name="most">Tokens to guess at most.</param>
    /// <returns>A part of <paramref name="tokens"/>; empty if its last words are new.</returns>
    public static ReadOnlySpan<int> Draft(ReadOnlySpan<int> tokens, int most)
    {
        for (var length = Math.Min(LongestMatch, tokens.Length - 1); most > 0 && length >= ShortestMatch; length--)
        {
            // The occurrence nearest to the end speaks most like it.
            var start = tokens[..^1].LastIndexOf(tokens[^length..]);
            if (start >= 0)
            {
                var draft = tokens[(start + length)..];
                return draft[..Math.Min(draft.Length, most)];
            }
        }
        return [];
    }
}
