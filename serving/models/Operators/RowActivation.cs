using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ElasticSynapse.Serving.Models;

/// <summary>The activations of <see cref="Activation"/> on a row in place. Errors are those of single floats, some 1e-7 of a value
/// (of 1, for <see cref="Activation.GeluErf"/>).</summary>
internal static class RowActivation
{
    private interface IFunction
    {
        static abstract T Of<T>(T x)
            where T : struct, IFloats<T>;
    }

    public static void Apply(Activation activation, Span<float> row)
    {
        switch (activation)
        {
            case Activation.GeluErf:
                Apply<GeluErf>(row);
                break;
            case Activation.GeluTanh:
                Apply<GeluTanh>(row);
                break;
            case Activation.GeluSigmoid:
                Apply<GeluSigmoid>(row);
                break;
            case Activation.Silu:
                Apply<Silu>(row);
                break;
            case Activation.Relu:
                TensorPrimitives.Max(row, 0, row);
                break;
            case Activation.Tanh:
                TensorPrimitives.Tanh(row, row);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, "no such activation");
        }
    }

    /// <summary>The exponential function, as far as it is a float.</summary>
    /// <remarks>e^x = 2^n e^r with r within half of ln 2 of 0, where a polynomial is enough (Cephes' expf).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : struct, IFloats<T>
    {
        x = T.Min(T.Of(88), T.Max(T.Of(-87), x));
        var n = T.Round(x * T.Of(1.44269504f));
        var r = T.MultiplyAdd(n, T.Of(-0.693359375f), x);
        r = T.MultiplyAdd(n, T.Of(2.12194440e-4f), r);
        var p = T.Of(1.9875691500e-4f);
        p = T.MultiplyAdd(p, r, T.Of(1.3981999507e-3f));
        p = T.MultiplyAdd(p, r, T.Of(8.3334519073e-3f));
        p = T.MultiplyAdd(p, r, T.Of(4.1665795894e-2f));
        p = T.MultiplyAdd(p, r, T.Of(1.6666665459e-1f));
        p = T.MultiplyAdd(p, r, T.Of(5.0000001201e-1f));
        p = T.MultiplyAdd(p, r * r, r + T.Of(1));
        return p * T.PowerOfTwo(n);
    }

    private static void Apply<TFunction>(Span<float> row)
        where TFunction : struct, IFunction
    {
        if (Vector512.IsHardwareAccelerated)
            Apply<TFunction, Floats16>(row);
        else
            Apply<TFunction, Floats8>(row);
    }

    // Not compiled twice: the first requests would wait for it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<TFunction, T>(Span<float> row)
        where TFunction : struct, IFunction
        where T : struct, IFloats<T>
    {
        ref var first = ref MemoryMarshal.GetReference(row);
        var i = 0;
        for (; i + T.Count <= row.Length; i += T.Count)
        {
            ref var at = ref Unsafe.Add(ref first, i);
            TFunction.Of(T.Load(ref at)).Store(ref at);
        }
        if (i < row.Length)
        {
            Span<float> rest = stackalloc float[T.Count];
            rest.Clear();
            row[i..].CopyTo(rest);
            ref var at = ref MemoryMarshal.GetReference(rest);
            TFunction.Of(T.Load(ref at)).Store(ref at);
            rest[..(row.Length - i)].CopyTo(row[i..]);
        }
    }

    private readonly struct Silu : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of<T>(T x)
            where T : struct, IFloats<T> => x / (T.Of(1) + Exp(-x));
    }

    private readonly struct GeluSigmoid : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of<T>(T x)
            where T : struct, IFloats<T> => x / (T.Of(1) + Exp(x * T.Of(-1.702f)));
    }

    // 0.5 (1 + tanh(y)) is the sigmoid of 2 y.
    private readonly struct GeluTanh : IFunction
    {
        private const float Linear = -1.5957691216057308f, Cubic = Linear * 0.044715f; // of -2 y, with y = sqrt(2 / pi) (x + 0.044715 x^3)

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of<T>(T x)
            where T : struct, IFloats<T> => x / (T.Of(1) + Exp(((x * x * T.Of(Cubic)) + T.Of(Linear)) * x));
    }

    // x P(x), where P is the normal distribution's: the sigmoid of x Q(x^2), with a polynomial fitted so that the result's largest
    // error in exact arithmetic is 7e-8 (least squares, weighted by what is left of an error there, again and again where it is
    // largest). Beyond the fit's 6.2 the result is x, or next to nothing.
    private readonly struct GeluErf : IFunction
    {
        private const float Beyond = 38.44f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of<T>(T x)
            where T : struct, IFloats<T>
        {
            var t = T.Min(T.Of(Beyond), x * x);
            var q = T.Of(3.611253740487541e-09f);
            q = T.MultiplyAdd(q, t, T.Of(-2.668937497674051e-07f));
            q = T.MultiplyAdd(q, t, T.Of(7.938234375615139e-06f));
            q = T.MultiplyAdd(q, t, T.Of(-1.104804323404096e-04f));
            q = T.MultiplyAdd(q, t, T.Of(-6.625960668316111e-05f));
            q = T.MultiplyAdd(q, t, T.Of(0.07266856729984283f));
            q = T.MultiplyAdd(q, t, T.Of(1.5957684516906738f));
            return x / (T.Of(1) + Exp(-(x * q)));
        }
    }
}
