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
    private readonly ColumnMaxima _maxima = new(vocabularySize);
    private bool _isPenalized; // _scores hold what the last token was chosen from
    private int _last;

    /// <param name="logits">[vocabulary], as the model gave them; unchanged.</param>
    /// <param name="sequence">Prompt and generated tokens so far.</param>
    /// <param name="promptLength">How many of them are the prompt's.</param>
    /// <param name="parameters">What to do with the logits.</param>
    public int Next(ReadOnlySpan<float> logits, ReadOnlySpan<int> sequence, int promptLength, SamplingParameters parameters)
    {
        _last = IndexOfFiniteMax(logits);
        _isPenalized = parameters.HasPenalties;
        var scores = logits;
        if (_isPenalized)
        {
            logits.CopyTo(_scores);
            LogitsPenalties.Apply(_scores, sequence, promptLength, parameters, _seen);
            var best = _maxima.IndexOfMax(_scores);
            if (float.IsNegativeInfinity(_scores[best]))
            {
                // Everything is banned; Hugging Face fails here. The best token that the ban left out is what a user would want.
                _isPenalized = false;
                return _last;
            }
            _last = best;
            scores = _scores;
        }
        if (!parameters.IsGreedy)
        {
            _distribution.Compute(scores, parameters);
            _last = _distribution.Draw(CounterRandom.NextDouble(parameters.Seed, parameters.Choice, sequence.Length));
        }
        return _last;
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
        _ = IndexOfFiniteMax(logits);
        TensorPrimitives.Subtract(logits, (float)VocabularySums.LogSumOfExponentials(logits), _scores);
        LogitsPenalties.Apply(_scores, sequence, promptLength, parameters, _seen);
        return _scores;
    }

    /// <summary>By how much the best score beat the second when the last token was chosen, greedily.</summary>
    /// <param name="logits">As they were.</param>
    public float LastMargin(ReadOnlySpan<float> logits)
    {
        var scores = _isPenalized ? _scores : logits;
        return scores[_last] - MathF.Max(Max(scores[.._last]), Max(scores[(_last + 1)..]));

        static float Max(ReadOnlySpan<float> others) => others.IsEmpty ? float.NegativeInfinity : TensorPrimitives.Max(others);
    }

    private int IndexOfFiniteMax(ReadOnlySpan<float> logits)
    {
        var best = _maxima.IndexOfMax(logits);
        return float.IsFinite(logits[best])
            ? best
            : throw new InvalidOperationException("the model's logits are not finite: the checkpoint's weights are broken or overflow");
    }
}
