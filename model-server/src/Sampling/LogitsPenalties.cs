namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>The processors that come before temperature, in Hugging Face's order. Each changes the scores in place.</summary>
internal static class LogitsPenalties
{
    /// <param name="scores">[vocabulary]</param>
    /// <param name="sequence">Prompt and generated tokens so far.</param>
    /// <param name="promptLength">How many of them are the prompt's.</param>
    /// <param name="parameters">What to apply.</param>
    /// <param name="seen">For use inside.</param>
    public static void Apply(
        Span<float> scores, ReadOnlySpan<int> sequence, int promptLength, SamplingParameters parameters, HashSet<int> seen)
    {
        foreach (var (token, bias) in parameters.LogitBias)
        {
            scores[token] += bias;
        }
        if (parameters.RepetitionPenalty != 1)
        {
            PenalizeRepetition(scores, sequence, parameters.RepetitionPenalty, seen);
        }
        if (parameters.PresencePenalty != 0 || parameters.FrequencyPenalty != 0)
        {
            PenalizeOccurrence(scores, sequence[promptLength..], parameters.PresencePenalty, parameters.FrequencyPenalty, seen);
        }
        if (parameters.NoRepeatNgramSize > 0)
        {
            BanRepeatedNgrams(scores, sequence, parameters.NoRepeatNgramSize);
        }
        if (sequence.Length - promptLength < parameters.MinTokens)
        {
            foreach (var token in parameters.EndTokens)
            {
                scores[token] = float.NegativeInfinity;
            }
        }
    }

    /// <remarks>OpenAI's definition; Hugging Face has none, so it stands behind the repetition penalty.</remarks>
    internal static void PenalizeOccurrence(Span<float> scores, ReadOnlySpan<int> generated, float presence, float frequency, HashSet<int> seen)
    {
        seen.Clear();
        foreach (var token in generated)
        {
            scores[token] -= frequency;
            if (seen.Add(token))
            {
                scores[token] -= presence;
            }
        }
    }

    /// <remarks>Keskar et al. 2019; once a token however often it occurs, as in RepetitionPenaltyLogitsProcessor.</remarks>
    internal static void PenalizeRepetition(Span<float> scores, ReadOnlySpan<int> sequence, float penalty, HashSet<int> seen)
    {
        seen.Clear();
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
