using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ElasticSynapse.Serving.Models;

/// <summary>The softmax of a query's scores, not yet divided by its sum.</summary>
internal static unsafe class SoftmaxWeights
{
    /// <summary>Positions are gone through in steps of as many.</summary>
    public const int Step = 16;

    /// <summary>Exponentials of scores less the largest, in their place; behind them zeros.</summary>
    /// <param name="scores">[count]</param>
    /// <param name="positions">That have a score, at least one.</param>
    /// <param name="count">At least as many, rounded up to <see cref="Step"/>.</param>
    /// <returns>Their sum, which depends on the scores alone.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Of(float* scores, int positions, int count)
    {
        new Span<float>(scores + positions, count - positions).Fill(float.NegativeInfinity);
        var end = (positions + Step - 1) / Step * Step;
        var largest = Vector256.Create(float.NegativeInfinity);
        for (var i = 0; i < end; i += Vector256<float>.Count)
        {
            largest = Vector256.MaxNative(largest, Vector256.Load(scores + i));
        }
        var most = largest[0];
        for (var lane = 1; lane < Vector256<float>.Count; lane++)
        {
            most = MathF.Max(most, largest[lane]);
        }
        var (sum, best) = (Vector256<float>.Zero, Vector256.Create(most));
        for (var i = 0; i < end; i += Vector256<float>.Count)
        {
            var weight = RowActivation.Exp(Vector256.Load(scores + i) - best);
            weight.Store(scores + i);
            sum += weight;
        }
        new Span<float>(scores + positions, count - positions).Clear();
        return Vector256.Sum(sum);
    }
}
