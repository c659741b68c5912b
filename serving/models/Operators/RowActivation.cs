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
        static abstract Vector256<float> Of(Vector256<float> x);
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

    // Not compiled twice: the first requests would wait for it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<T>(Span<float> row)
        where T : struct, IFunction
    {
        ref var first = ref MemoryMarshal.GetReference(row);
        var i = 0;
        for (; i + Vector256<float>.Count <= row.Length; i += Vector256<float>.Count)
        {
            ref var at = ref Unsafe.Add(ref first, i);
            T.Of(Vector256.LoadUnsafe(ref at)).StoreUnsafe(ref at);
        }
        if (i < row.Length)
        {
            Span<float> rest = stackalloc float[Vector256<float>.Count];
            rest.Clear();
            row[i..].CopyTo(rest);
            T.Of(Vector256.Create<float>(rest)).CopyTo(rest);
            rest[..(row.Length - i)].CopyTo(row[i..]);
        }
    }

    /// <summary>The exponential function, as far as it is a float.</summary>
    /// <remarks>e^x = 2^n e^r with r within half of ln 2 of 0, where a polynomial is enough (Cephes' expf).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        // Of the processor's own, which is faster than one that minds NaN; as second operand that stays.
        x = Vector256.MinNative(Vector256.Create(88f), Vector256.MaxNative(Vector256.Create(-87f), x));
        var n = Vector256.Round(x * 1.44269504f);
        var r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-0.693359375f), x);
        r = Vector256.MultiplyAddEstimate(n, Vector256.Create(2.12194440e-4f), r);
        var p = Vector256.Create(1.9875691500e-4f);
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.3981999507e-3f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(8.3334519073e-3f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(4.1665795894e-2f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.6666665459e-1f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(5.0000001201e-1f));
        p = Vector256.MultiplyAddEstimate(p, r * r, r + Vector256<float>.One);
        return p * ((Vector256.ConvertToInt32Native(n) + Vector256.Create(127)) << 23).AsSingle();
    }

    private readonly struct Silu : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Of(Vector256<float> x) => x / (Vector256<float>.One + Exp(-x));
    }

    private readonly struct GeluSigmoid : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Of(Vector256<float> x) => x / (Vector256<float>.One + Exp(x * -1.702f));
    }

    // 0.5 (1 + tanh(y)) is the sigmoid of 2 y.
    private readonly struct GeluTanh : IFunction
    {
        private const float Linear = -1.5957691216057308f, Cubic = Linear * 0.044715f; // of -2 y, with y = sqrt(2 / pi) (x + 0.044715 x^3)

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Of(Vector256<float> x) =>
            x / (Vector256<float>.One + Exp(((x * x * Cubic) + Vector256.Create(Linear)) * x));
    }

    // x P(x), where P is the normal distribution's: the sigmoid of x Q(x^2), with a polynomial fitted so that the result's largest
    // error in exact arithmetic is 7e-8 (least squares, weighted by what is left of an error there, again and again where it is largest).
    // Beyond the fit's 6.2 the result is x or 0 to the last bit but one.
    private readonly struct GeluErf : IFunction
    {
        private const float Beyond = 38.44f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Of(Vector256<float> x)
        {
            var t = Vector256.MinNative(Vector256.Create(Beyond), x * x);
            var q = Vector256.Create(3.611253740487541e-09f);
            q = Vector256.MultiplyAddEstimate(q, t, Vector256.Create(-2.668937497674051e-07f));
            q = Vector256.MultiplyAddEstimate(q, t, Vector256.Create(7.938234375615139e-06f));
            q = Vector256.MultiplyAddEstimate(q, t, Vector256.Create(-1.104804323404096e-04f));
            q = Vector256.MultiplyAddEstimate(q, t, Vector256.Create(-6.625960668316111e-05f));
            q = Vector256.MultiplyAddEstimate(q, t, Vector256.Create(0.07266856729984283f));
            q = Vector256.MultiplyAddEstimate(q, t, Vector256.Create(1.5957684516906738f));
            return x / (Vector256<float>.One + Exp(-(x * q)));
        }
    }
}
