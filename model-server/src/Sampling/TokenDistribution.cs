using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>
/// The tokens that temperature, top-k, top-p, min-p and typical-p leave, with their probabilities. Holds buffers of the vocabulary's
/// size for reuse; one thread at a time.
/// </summary>
/// <remarks>Order and semantics of Hugging Face's warpers, in single precision as there: top-k keeps ties with the k-th; top-p
/// keeps a token while the mass of more probable ones is below p; typical-p keeps ties with the last. Equal scores rank by
/// ascending id.</remarks>
internal sealed class TokenDistribution(int vocabularySize)
{
    private const int Lanes = 8; // of a Vector256
    private const uint AllLanes = (1 << Lanes) - 1;

    private readonly int[] _tokens = new int[vocabularySize];
    private readonly float[] _weights = new float[vocabularySize]; // probabilities, the best token's being 1
    private readonly float[] _scratch = new float[vocabularySize];
    private readonly ColumnMaxima _maxima = new(vocabularySize);
    private readonly Nucleus _nucleus = new(vocabularySize);
    private double[] _distances = [], _distanceScratch = [], _weightScratch = []; // for typical-p alone
    private int _count;

    /// <summary>Tokens that can be drawn, in order of their ids, parallel to <see cref="Probability"/>.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _count);

    private Span<float> Weights => _weights.AsSpan(0, _count);

    /// <summary>Sums to 1 over <see cref="Tokens"/>.</summary>
    public double Probability(int index) => _weights[index] / VocabularySums.Sum(Weights);

    /// <summary>Keeps what may be drawn; none is left when every score is negative infinity.</summary>
    /// <param name="scores">[vocabulary], after the penalties; unchanged.</param>
    public void Compute(ReadOnlySpan<float> scores, SamplingParameters parameters)
    {
        var best = scores[_maxima.IndexOfMax(scores)];
        _count = 0;
        if (float.IsNegativeInfinity(best))
        {
            return;
        }
        var isTopK = parameters.TopK > 0 && parameters.TopK < scores.Length;
        var floor = isTopK ? _maxima.Floor(scores, parameters.TopK) : float.NegativeInfinity;
        Keep(scores, isWhole: true, Math.Max(floor, float.MinValue)); // none that is banned
        if (isTopK && _count > parameters.TopK)
        {
            Weights.CopyTo(_scratch);
            Keep(Weights, isWhole: false, QuickSelect.KthLargest(_scratch.AsSpan(0, _count), parameters.TopK));
        }
        TensorPrimitives.Subtract(Weights, best, Weights);
        if (parameters.Temperature != 1)
        {
            TensorPrimitives.Divide(Weights, parameters.Temperature, Weights);
        }
        TensorPrimitives.Exp(Weights, Weights);
        if (parameters.TopP < 1)
        {
            var (least, ties) = _nucleus.Find(Weights, parameters.TopP * VocabularySums.Sum(Weights));
            // Tokens stand in order of their ids, so the first of equal ones are those with the lowest.
            Keep(Weights, isWhole: false, least, ties);
        }
        if (parameters.MinP > 0)
        {
            Keep(Weights, isWhole: false, parameters.MinP);
        }
        if (parameters.TypicalP < 1)
        {
            KeepTypical(parameters.TypicalP);
        }
    }

    /// <summary>The token at cumulative probability <paramref name="uniform"/>, a number in [0, 1).</summary>
    public int Draw(double uniform)
    {
        var target = uniform * VocabularySums.Sum(Weights);
        var last = 0; // that can be drawn: rounding may leave some of the target behind it
        for (var start = 0; start < _count; start += VocabularySums.Block)
        {
            var block = Weights[start..Math.Min(start + VocabularySums.Block, _count)];
            double mass = TensorPrimitives.Sum<float>(block);
            if (mass == 0)
            {
                continue;
            }
            if (target >= mass)
            {
                target -= mass;
                last = start + block.LastIndexOfAnyExcept(0f);
                continue;
            }
            for (var i = 0; i < block.Length; i++)
            {
                target -= block[i];
                last = block[i] > 0 ? start + i : last;
                if (target < 0)
                {
                    break;
                }
            }
            break;
        }
        return _tokens[last];
    }

    // Those above a value, and the first of those equal to it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Keep(ReadOnlySpan<float> values, bool isWhole, float least, int ties = int.MaxValue)
    {
        var kept = 0;
        for (var start = 0; start < values.Length; start += Lanes)
        {
            var lanes = AtLeast(values[start..], least);
            if (isWhole && lanes == AllLanes)
            {
                values.Slice(start, Lanes).CopyTo(_weights.AsSpan(kept));
                (Vector256<int>.Indices + Vector256.Create(start)).CopyTo(_tokens, kept);
                kept += Lanes;
                continue;
            }
            // Without a branch for each, which none could foresee.
            for (var i = start; lanes != 0; i++, lanes >>= 1)
            {
                (_tokens[kept], _weights[kept]) = (isWhole ? i : _tokens[i], values[i]);
                kept += (int)(lanes & 1);
            }
        }
        _count = kept;
        if (ties < int.MaxValue)
        {
            DropTies(least, ties);
        }
    }

    private void DropTies(float least, int ties)
    {
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_weights[i] > least || ties-- > 0)
            {
                (_tokens[kept], _weights[kept]) = (_tokens[i], _weights[i]);
                kept++;
            }
        }
        _count = kept;
    }

    // A bit for each of the first lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint AtLeast(ReadOnlySpan<float> values, float least)
    {
        if (values.Length >= Lanes)
        {
            return Vector256.GreaterThanOrEqual(Vector256.Create(values), Vector256.Create(least)).ExtractMostSignificantBits();
        }
        var lanes = 0u;
        for (var i = 0; i < values.Length; i++)
        {
            lanes |= values[i] >= least ? 1u << i : 0;
        }
        return lanes;
    }

    private void KeepTypical(float typicalP)
    {
        if (_distances.Length == 0)
        {
            (_distances, _distanceScratch, _weightScratch) = (new double[_weights.Length], new double[_weights.Length], new double[_weights.Length]);
        }
        var total = VocabularySums.Sum(Weights);
        var average = 0.0; // information of a token, the distribution's entropy
        foreach (var weight in Weights)
        {
            average += weight > 0 ? weight / total * Information(weight) : 0;
        }
        for (var i = 0; i < _count; i++)
        {
            _distances[i] = _distanceScratch[i] = Math.Abs(Information(_weights[i]) - average);
            _weightScratch[i] = _weights[i];
        }
        Array.Sort(_distanceScratch, _weightScratch, 0, _count);
        var last = 0;
        for (var mass = _weightScratch[0]; mass < typicalP * total && last < _count - 1; mass += _weightScratch[last])
        {
            last++;
        }
        var (farthest, kept) = (_distanceScratch[last], 0);
        for (var i = 0; i < _count; i++)
        {
            if (_distances[i] <= farthest)
            {
                (_tokens[kept], _weights[kept]) = (_tokens[i], _weights[i]);
                kept++;
            }
        }
        _count = kept;

        double Information(double weight) => Math.Log(total) - Math.Log(weight);
    }
}
