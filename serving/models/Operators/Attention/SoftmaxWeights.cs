using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ElasticSynapse.Serving.Models;

/// <summary>The softmax of a query's scores, not yet divided by its sum, with AVX-512.</summary>
internal static unsafe class SoftmaxWeights
{
    /// <summary>Positions are gone through in steps of as many.</summary>
    public const int Step = 16; // floats of a register

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
        var largest = Vector512.Create(float.NegativeInfinity);
        for (var i = 0; i < end; i += Step)
        {
            largest = Vector512.MaxNative(largest, Vector512.Load(scores + i));
        }
        var best = Floats16.Of(Largest(largest));
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < end; i += Step)
        {
            RowActivation.Exp(Floats16.Load(ref scores[i]) - best).Store(ref scores[i]);
            sum += Vector512.Load(scores + i);
        }
        new Span<float>(scores + positions, count - positions).Clear();
        return Vector512.Sum(sum);
    }

    private static float Largest(Vector512<float> values)
    {
        var halves = Vector256.MaxNative(values.GetLower(), values.GetUpper());
        var quarters = Vector128.MaxNative(halves.GetLower(), halves.GetUpper());
        return MathF.Max(MathF.Max(quarters[0], quarters[1]), MathF.Max(quarters[2], quarters[3]));
    }
}
