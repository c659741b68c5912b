namespace ElasticSynapse.Classifier.Inference;

/// <summary>Which of the texts that wait share the next run.</summary>
internal static class BatchChoice
{
    /// <summary>Texts that are looked at: no text overtakes one that is this far before it.</summary>
    public const int Window = 256;

    // Padding costs as much as tokens do.
    private const double LeastTokens = 0.75;

    /// <summary>The oldest always, so that each text's turn comes; and of its neighbours by length those that make the most tokens
    /// within the budget, with at most a quarter of padding.</summary>
    /// <param name="lengths">Of the texts in the window, the oldest first; at least one.</param>
    /// <param name="maxTokens">Most texts times the longest's tokens, but that the oldest may be longer by itself.</param>
    /// <returns>Indices into <paramref name="lengths"/>.</returns>
    public static int[] Of(int[] lengths, int maxTokens)
    {
        int[] byLength = [.. Enumerable.Range(0, lengths.Length)];
        // Of equals the older stands nearer to the oldest of all, on either side of it.
        Array.Sort(byLength, (x, y) => lengths[x] != lengths[y]
            ? lengths[x].CompareTo(lengths[y])
            : lengths[x] < lengths[0] ? y.CompareTo(x) : x.CompareTo(y));
        var oldest = Array.IndexOf(byLength, 0);

        var (bestFirst, bestLast, bestTokens) = (oldest, oldest, lengths[0]);
        var upToLast = 0;
        for (var last = oldest; last < byLength.Length; last++)
        {
            var longest = lengths[byLength[last]];
            upToLast += longest;
            var tokens = upToLast;
            for (var first = oldest; (last - first + 1) * longest <= maxTokens; first--)
            {
                if (tokens > bestTokens && tokens >= LeastTokens * (last - first + 1) * longest)
                {
                    (bestFirst, bestLast, bestTokens) = (first, last, tokens);
                }
                if (first == 0)
                {
                    break;
                }
                tokens += lengths[byLength[first - 1]];
            }
        }
        return byLength[bestFirst..(bestLast + 1)];
    }
}
