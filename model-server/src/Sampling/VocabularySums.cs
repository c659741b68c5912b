using System.Numerics.Tensors;

namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>Sums over a vocabulary: blocks in single precision, as the processor takes them, and those in double.</summary>
internal static class VocabularySums
{
    /// <summary>Elements of a block.</summary>
    public const int Block = 256;

    public static double Sum(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        for (; values.Length > Block; values = values[Block..])
        {
            sum += TensorPrimitives.Sum(values[..Block]);
        }
        return sum + TensorPrimitives.Sum(values);
    }

    /// <summary>Logarithm of the sum of their exponentials, which makes scores log-probabilities when it is taken off them.</summary>
    /// <param name="scores">The largest is finite.</param>
    public static double LogSumOfExponentials(ReadOnlySpan<float> scores)
    {
        var best = TensorPrimitives.Max(scores);
        Span<float> room = stackalloc float[Block];
        var sum = 0.0;
        while (!scores.IsEmpty)
        {
            var block = scores[..Math.Min(Block, scores.Length)];
            var weights = room[..block.Length];
            TensorPrimitives.Subtract(block, best, weights);
            TensorPrimitives.Exp(weights, weights);
            sum += TensorPrimitives.Sum<float>(weights);
            scores = scores[block.Length..];
        }
        return best + Math.Log(sum);
    }
}
