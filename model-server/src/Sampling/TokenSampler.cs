using System.Numerics.Tensors;
using ElasticSynapse.ModelServer.Decoding;

namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>Chooses the next token from a row of logits. Holds buffers for reuse; only the scheduler thread uses it.</summary>
internal sealed class TokenSampler(int vocabularySize)
{
    private readonly float[] _scores = new float[vocabularySize];
    private readonly HashSet<int> _seen = [];
    private readonly TokenDistribution _distribution = new(vocabularySize);
    private readonly BestScores _best = new(vocabularySize);
    private int _last;

    /// <param name="logits">[vocabulary], as the model gave them; unchanged.</param>
    /// <param name="sequence">Prompt and generated tokens so far.</param>
    /// <param name="promptLength">How many of them are the prompt's.</param>
    /// <param name="parameters">What to do with the logits.</param>
    public int Next(ReadOnlySpan<float> logits, ReadOnlySpan<int> sequence, int promptLength, SamplingParameters parameters)
    {
        var scores = Finite(logits);
        LogitsPenalties.Apply(scores, sequence, promptLength, parameters, _seen);
        if (float.IsNegativeInfinity(TensorPrimitives.Max<float>(scores)))
        {
            // Everything is banned; Hugging Face fails here. The best token that the ban left out is what a user would want.
            logits.CopyTo(scores);
            return _last = TensorPrimitives.IndexOfMax<float>(scores);
        }
        if (parameters.IsGreedy)
        {
            return _last = TensorPrimitives.IndexOfMax<float>(scores);
        }
        _distribution.Compute(scores, parameters);
        return _last = _distribution.Draw(CounterRandom.NextDouble(parameters.Seed, parameters.Choice, sequence.Length));
    }

    /// <summary>The same token, chosen from the row's best alone.</summary>
    /// <returns>Null where they do not decide it.</returns>
    public int? NextOf(BestLogits best, ReadOnlySpan<int> sequence, int promptLength, SamplingParameters parameters)
    {
        if (!_best.TryCompute(best, sequence, promptLength, parameters))
        {
            return null;
        }
        if (parameters.IsGreedy)
        {
            return _best.Tokens[TensorPrimitives.IndexOfMax(_best.Values)];
        }
        _distribution.Compute(_best.Values, parameters);
        return _best.Tokens[_distribution.Draw(CounterRandom.NextDouble(parameters.Seed, parameters.Choice, sequence.Length))];
    }

    /// <summary>Log-probabilities of the next token, penalties applied: what beam search adds up.</summary>
    /// <returns>[vocabulary], valid until the next call.</returns>
    /// <remarks>As in Hugging Face, penalties act on log-probabilities here, which are not normalised again.</remarks>
    public ReadOnlySpan<float> Logprobs(ReadOnlySpan<float> logits, ReadOnlySpan<int> sequence, int promptLength, SamplingParameters parameters)
    {
        var scores = Finite(logits);
        var best = TensorPrimitives.Max<float>(scores);
        var sum = 0.0;
        foreach (var score in scores)
        {
            sum += Math.Exp(score - best);
        }
        TensorPrimitives.Subtract(scores, best + (float)Math.Log(sum), scores);
        LogitsPenalties.Apply(scores, sequence, promptLength, parameters, _seen);
        return scores;
    }

    /// <summary>By how much the best score beat the second when the last token was chosen, greedily.</summary>
    public float LastMargin()
    {
        var best = _scores[_last];
        _scores[_last] = float.NegativeInfinity;
        return best - TensorPrimitives.Max<float>(_scores);
    }

    private Span<float> Finite(ReadOnlySpan<float> logits)
    {
        var scores = _scores.AsSpan(0, logits.Length);
        logits.CopyTo(scores);
        return float.IsFinite(TensorPrimitives.Max<float>(scores))
            ? scores
            : throw new InvalidOperationException("the model's logits are not finite: the checkpoint's weights are broken or overflow");
    }
}
