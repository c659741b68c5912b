using System.Numerics.Tensors;

namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>
/// The tokens that temperature, top-k, top-p, min-p and typical-p leave, with their probabilities. Holds buffers of the vocabulary's
/// size for reuse; one thread at a time.
/// </summary>
/// <remarks>Order and semantics of Hugging Face's warpers: top-k keeps ties with the k-th; top-p keeps a token while the mass
/// of more probable ones is below p; typical-p keeps ties with the last. Equal scores rank by ascending id.</remarks>
internal sealed class TokenDistribution(int vocabularySize)
{
    private readonly float[] _scratch = new float[vocabularySize];
    private readonly int[] _tokens = new int[vocabularySize];
    private readonly double[] _weights = new double[vocabularySize];
    private readonly double[] _weightScratch = new double[vocabularySize];
    private double[] _distances = []; // for typical-p alone
    private int _count;

    /// <summary>Tokens that can be drawn, in order of their ids, parallel to <see cref="Probability"/>.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>Sums to 1 over <see cref="Tokens"/>.</summary>
    public double Probability(int index) => _weights[index] / TotalWeight();

    /// <summary>Keeps what may be drawn; none is left when every score is negative infinity.</summary>
    /// <param name="scores">[vocabulary], after the penalties; unchanged.</param>
    public void Compute(ReadOnlySpan<float> scores, SamplingParameters parameters)
    {
        var temperature = parameters.Temperature;
        var best = TensorPrimitives.Max(scores);
        var least = parameters.TopK > 0 && parameters.TopK < scores.Length ? KthLargest(scores, parameters.TopK) : float.NegativeInfinity;
        _count = 0;
        if (float.IsNegativeInfinity(best))
        {
            return;
        }
        for (var token = 0; token < scores.Length; token++)
        {
            if (scores[token] >= least && !float.IsNegativeInfinity(scores[token]))
            {
                _tokens[_count] = token;
                _weights[_count++] = Math.Exp((scores[token] - best) / (double)temperature);
            }
        }
        if (parameters.TopP < 1)
        {
            KeepNucleus(parameters.TopP);
        }
        if (parameters.MinP > 0)
        {
            // Weights are relative to the best token's, which is 1.
            var leastWeight = (double)parameters.MinP;
            Keep(weight => weight >= leastWeight);
        }
        if (parameters.TypicalP < 1)
        {
            KeepTypical(parameters.TypicalP);
        }
    }

    /// <summary>The token at cumulative probability <paramref name="uniform"/>, a number in [0, 1).</summary>
    public int Draw(double uniform)
    {
        var target = uniform * TotalWeight();
        for (var i = 0; i < _count; i++)
        {
            target -= _weights[i];
            if (target < 0)
            {
                return _tokens[i];
            }
        }
        return _tokens[_count - 1];
    }

    private void KeepNucleus(float topP)
    {
        var weights = _weights.AsSpan(0, _count);
        weights.CopyTo(_weightScratch);
        var (least, ties) = QuickSelect.SmallestReaching(_weightScratch.AsSpan(0, _count), topP * TotalWeight());
        // Tokens stand in order of their ids, so the first of equal ones are those with the lowest.
        Keep(weight => weight > least || (weight == least && ties-- > 0));
    }

    private void KeepTypical(float typicalP)
    {
        var total = TotalWeight();
        var average = 0.0; // information of a token, the distribution's entropy
        foreach (var weight in _weights.AsSpan(0, _count))
        {
            average += weight > 0 ? weight / total * Information(weight) : 0;
        }
        _distances = _distances.Length > 0 ? _distances : new double[_weights.Length];
        for (var i = 0; i < _count; i++)
        {
            (_distances[i], _weightScratch[i]) = (Distance(_weights[i]), _weights[i]);
        }
        Array.Sort(_distances, _weightScratch, 0, _count);
        var last = 0;
        for (var mass = _weightScratch[0]; mass < typicalP * total && last < _count - 1; mass += _weightScratch[last])
        {
            last++;
        }
        var farthest = _distances[last];
        Keep(weight => Distance(weight) <= farthest);

        double Information(double weight) => Math.Log(total) - Math.Log(weight);

        double Distance(double weight) => Math.Abs(Information(weight) - average);
    }

    private double TotalWeight() => TensorPrimitives.Sum<double>(_weights.AsSpan(0, _count));

    private void Keep(Func<double, bool> wanted)
    {
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            if (wanted(_weights[i]))
            {
                (_tokens[kept], _weights[kept]) = (_tokens[i], _weights[i]);
                kept++;
            }
        }
        _count = kept;
    }

    private float KthLargest(ReadOnlySpan<float> scores, int k)
    {
        scores.CopyTo(_scratch);
        return QuickSelect.KthLargest(_scratch.AsSpan(0, scores.Length), k);
    }
}
