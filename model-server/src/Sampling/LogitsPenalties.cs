namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>The processors that come before temperature, in Hugging Face's order. Each changes the scores in place.</summary>
internal static class LogitsPenalties
{
    /// <param name="scores">[vocabulary]</param>
    /// <param name="sequence">Prompt and generated tokens so far.</param>
    public static void Apply(Span<float> scores, ReadOnlySpan<int> sequence, SamplingParameters parameters)
    {
        if (parameters.RepetitionPenalty != 1)
        {
            PenalizeRepetition(scores, sequence, parameters.RepetitionPenalty);
        }
        if (parameters.NoRepeatNgramSize > 0)
        {
            BanRepeatedNgrams(scores, sequence, parameters.NoRepeatNgramSize);
        }
    }

    /// <remarks>Keskar et al. 2019; once a token however often it occurs, as in RepetitionPenaltyLogitsProcessor.</remarks>
    internal static void PenalizeRepetition(Span<float> scores, ReadOnlySpan<int> sequence, float penalty)
    {
        var seen = new HashSet<int>(sequence.Length);
        foreach (var token in sequence)
        {
            if (seen.Add(token))
            {
                scores[token] = scores[token] < 0 ? scores[token] * penalty : scores[token] / penalty;
            }
        }
    }

    /// <remarks>As in NoRepeatNGramLogitsProcessor: what followed an earlier occurrence of the last n - 1 tokens is banned.</remarks>
    internal static void BanRepeatedNgrams(Span<float> scores, ReadOnlySpan<int> sequence, int size)
    {
        if (sequence.Length + 1 < size)
        {
            return;
        }
        var prefix = sequence[^(size - 1)..];
        for (var start = 0; start + size <= sequence.Length; start++)
        {
            if (sequence.Slice(start, size - 1).SequenceEqual(prefix))
            {
                scores[sequence[start + size - 1]] = float.NegativeInfinity;
            }
        }
    }
}
