namespace ElasticSynapse.Classifier.Inference;

/// <summary>Which of the texts that wait share the next run.</summary>
internal static class BatchChoice
{
    /// <summary>Texts that are looked at: no text overtakes one that is this far before it.</summary>
    public const int Window = 256;

    /// <summary>The oldest always, so that each text's turn comes; and of its neighbours by length those that make the most tokens
    /// within the policy's budget, padding counted; but that the oldest may be longer by itself.</summary>
    /// <param name="lengths">Of the texts in the window, the oldest first; at least one.</param>
    /// <param name="maxTexts">Most texts, at least one.</param>
    /// <returns>Indices into <paramref name="lengths"/>.</returns>
    public static int[] Of(int[] lengths, BatchPolicy policy, int maxTexts)
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
            for (var first = oldest; (last - first + 1) * longest <= policy.MaxTokens && last - first < maxTexts; first--)
            {
                if (tokens > bestTokens && tokens >= policy.LeastTokens * (last - first + 1) * longest)
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
