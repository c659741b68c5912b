using System.Numerics.Tensors;

namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>Chooses the next token from a row of logits. Holds buffers for reuse; only the scheduler thread uses it.</summary>
internal sealed class TokenSampler(int vocabularySize)
{
    private readonly float[] _scores = new float[vocabularySize];
    private readonly TokenDistribution _distribution = new(vocabularySize);

    /// <param name="logits">[vocabulary], as the model gave them; unchanged.</param>
    /// <param name="sequence">Prompt and generated tokens so far.</param>
    /// <param name="promptLength">How many of them are the prompt's.</param>
    /// <param name="parameters">What to do with the logits.</param>
    public int Next(ReadOnlySpan<float> logits, ReadOnlySpan<int> sequence, int promptLength, SamplingParameters parameters)
    {
        var scores = _scores.AsSpan(0, logits.Length);
        logits.CopyTo(scores);
        if (!float.IsFinite(TensorPrimitives.Max<float>(scores)))
        {
            throw new InvalidOperationException("the model's logits are not finite: the checkpoint's weights are broken or overflow");
        }
        LogitsPenalties.Apply(scores, sequence, promptLength, parameters);
        if (float.IsNegativeInfinity(TensorPrimitives.Max<float>(scores)))
        {
            // Everything is banned; Hugging Face fails here. The best token that the ban left out is what a user would want.
            return TensorPrimitives.IndexOfMax<float>(logits);
        }
        if (parameters.IsGreedy)
        {
            return TensorPrimitives.IndexOfMax<float>(scores);
        }
        _distribution.Compute(scores, parameters);
        return _distribution.Draw(CounterRandom.NextDouble(parameters.Seed, parameters.Choice, sequence.Length));
    }
}
