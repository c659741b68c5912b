using System.Numerics.Tensors;

namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>
/// The tokens that temperature, top-k, top-p and min-p leave, with their probabilities. Holds buffers of the vocabulary's
/// size for reuse; one thread at a time.
/// </summary>
/// <remarks>Order and semantics of Hugging Face's warpers: top-k keeps ties with the k-th; top-p keeps a token while the mass
/// of more probable ones is below p. Equal scores rank by ascending id.</remarks>
internal sealed class TokenDistribution(int vocabularySize)
{
    private const int MaxSortedAtOnce = 2048;

    private readonly float[] _scratch = new float[vocabularySize];
    private readonly int[] _tokens = new int[vocabularySize];
    private readonly double[] _weights = new double[vocabularySize];
    private int _count;

    /// <summary>Tokens that can be drawn, parallel to <see cref="Probability"/>.</summary>
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
        var mass = topP * TotalWeight();
        // Most of a vocabulary is far below the nucleus: leave it out before sorting, as long as enough mass stays.
        for (var cut = 1e-2; _count > MaxSortedAtOnce && cut > 1e-12; cut *= 1e-2)
        {
            if (MassFrom(cut) > mass)
            {
                var leastWeight = cut;
                Keep(weight => weight >= leastWeight);
                break;
            }
        }
        SortDescending();
        var before = 0.0;
        for (var i = 0; i < _count; i++)
        {
            if (i > 0 && before >= mass)
            {
                _count = i;
                break;
            }
            before += _weights[i];
        }
    }

    private double TotalWeight() => TensorPrimitives.Sum<double>(_weights.AsSpan(0, _count));

    private double MassFrom(double leastWeight)
    {
        var mass = 0.0;
        foreach (var weight in _weights.AsSpan(0, _count))
        {
            mass += weight >= leastWeight ? weight : 0;
        }
        return mass;
    }

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

    private void SortDescending()
    {
        var weights = _weights.AsSpan(0, _count);
        var tokens = _tokens.AsSpan(0, _count);
        weights.Sort(tokens, static (a, b) => b.CompareTo(a));
        // The sort is not stable, so runs of equal weight are put in order of their ids.
        for (int start = 0, end; start < _count; start = end)
        {
            for (end = start + 1; end < _count && weights[end] == weights[start]; end++)
            {
            }
            tokens[start..end].Sort();
        }
    }

    private float KthLargest(ReadOnlySpan<float> scores, int k)
    {
        scores.CopyTo(_scratch);
        return QuickSelect.KthLargest(_scratch.AsSpan(0, scores.Length), k);
    }
}
