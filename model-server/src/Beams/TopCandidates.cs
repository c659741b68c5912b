using System.Numerics.Tensors;
using ElasticSynapse.ModelServer.Sampling;

namespace ElasticSynapse.ModelServer.Beams;

/// <summary>The best of many candidates, descending; of equal ones the first that came.</summary>
internal sealed class TopCandidates(int count)
{
    private readonly List<BeamCandidate> _best = new(count + 1);

    public IReadOnlyList<BeamCandidate> Best => _best;

    public void Clear() => _best.Clear();

    /// <summary>Adds every token behind a beam.</summary>
    /// <param name="beam">Beams come in ascending order.</param>
    /// <param name="score">Of the beam.</param>
    /// <param name="logprobs">[vocabulary]</param>
    public void Add(int beam, float score, ReadOnlySpan<float> logprobs)
    {
        for (var start = 0; start < logprobs.Length; start += VocabularySums.Block)
        {
            var block = logprobs[start..Math.Min(start + VocabularySums.Block, logprobs.Length)];
            // Of most blocks none is among them.
            if (_best.Count < count || score + TensorPrimitives.Max(block) > _best[^1].Score)
            {
                AddBlock(beam, score, start, block);
            }
        }
    }

    private void AddBlock(int beam, float score, int start, ReadOnlySpan<float> logprobs)
    {
        for (var i = 0; i < logprobs.Length; i++)
        {
            var sum = score + logprobs[i];
            if (_best.Count == count && sum <= _best[^1].Score)
            {
                continue;
            }
            var place = _best.Count;
            while (place > 0 && sum > _best[place - 1].Score)
            {
                place--;
            }
            _best.Insert(place, new BeamCandidate(beam, start + i, sum));
            if (_best.Count > count)
            {
                _best.RemoveAt(count);
            }
        }
    }
}
