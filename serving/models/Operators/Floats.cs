using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ElasticSynapse.Serving.Models;

/// <summary>A register of floats, so that a function is written once for registers of two widths, with the same bits.</summary>
internal interface IFloats<T>
    where T : struct, IFloats<T>
{
    static abstract int Count { get; }

    static abstract T Of(float value);

    static abstract T Load(ref float first);

    static abstract T operator +(T x, T y);

    static abstract T operator -(T x, T y);

    static abstract T operator *(T x, T y);

    static abstract T operator /(T x, T y);

    static abstract T operator -(T x);

    /// <summary>x * y + z, rounded once where the processor can.</summary>
    static abstract T MultiplyAdd(T x, T y, T z);

    /// <summary>The processor's own: of a NaN the second operand is kept.</summary>
    static abstract T Min(T x, T y);

    /// <inheritdoc cref="Min"/>
    static abstract T Max(T x, T y);

    static abstract T Round(T x);

    /// <summary>2 to the power of whole numbers within -126 to 127.</summary>
    static abstract T PowerOfTwo(T x);

    void Store(ref float first);
}

/// <summary>256 bits.</summary>
internal readonly struct Floats8(Vector256<float> values) : IFloats<Floats8>
{
    private readonly Vector256<float> _values = values;

    public static int Count => Vector256<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats8 Of(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats8 Load(ref float first) => new(Vector256.LoadUnsafe(ref first));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats8 operator +(Floats8 x, Floats8 y) => new(x._values + y._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats8 operator -(Floats8 x, Floats8 y) => new(x._values - y._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats8 operator *(Floats8 x, Floats8 y) => new(x._values * y._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats8 operator /(Floats8 x, Floats8 y) => new(x._values / y._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats8 operator -(Floats8 x) => new(-x._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats8 MultiplyAdd(Floats8 x, Floats8 y, Floats8 z) => new(Vector256.MultiplyAddEstimate(x._values, y._values, z._values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats8 Min(Floats8 x, Floats8 y) => new(Vector256.MinNative(x._values, y._values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats8 Max(Floats8 x, Floats8 y) => new(Vector256.MaxNative(x._values, y._values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats8 Round(Floats8 x) => new(Vector256.Round(x._values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats8 PowerOfTwo(Floats8 x) => new(((Vector256.ConvertToInt32Native(x._values) + Vector256.Create(127)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref float first) => _values.StoreUnsafe(ref first);
}

/// <summary>512 bits.</summary>
internal readonly struct Floats16(Vector512<float> values) : IFloats<Floats16>
{
    private readonly Vector512<float> _values = values;

    public static int Count => Vector512<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats16 Of(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats16 Load(ref float first) => new(Vector512.LoadUnsafe(ref first));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats16 operator +(Floats16 x, Floats16 y) => new(x._values + y._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats16 operator -(Floats16 x, Floats16 y) => new(x._values - y._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats16 operator *(Floats16 x, Floats16 y) => new(x._values * y._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats16 operator /(Floats16 x, Floats16 y) => new(x._values / y._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats16 operator -(Floats16 x) => new(-x._values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats16 MultiplyAdd(Floats16 x, Floats16 y, Floats16 z) => new(Vector512.MultiplyAddEstimate(x._values, y._values, z._values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats16 Min(Floats16 x, Floats16 y) => new(Vector512.MinNative(x._values, y._values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats16 Max(Floats16 x, Floats16 y) => new(Vector512.MaxNative(x._values, y._values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats16 Round(Floats16 x) => new(Vector512.Round(x._values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats16 PowerOfTwo(Floats16 x) => new(((Vector512.ConvertToInt32Native(x._values) + Vector512.Create(127)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref float first) => _values.StoreUnsafe(ref first);
}
