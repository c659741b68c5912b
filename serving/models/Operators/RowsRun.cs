using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>One run of a node of <see cref="RowsOperator"/>: where its rows are. Null where something optional is left out.</summary>
internal unsafe struct RowsRun
{
    // Enough work for a thread to be worth waking.
    private const int ElementsATask = 6144;

    private const int MostOnTheStack = 1 << 14; // floats

    public RowSettings Settings;
    public long Rows, Width;
    public float* X;          // [rows, width]
    public float* Scale;      // [rows]
    public float* Bias;       // [width]
    public float* Residual;   // [rows, width]
    public float* NormWeight; // [width]
    public float* NormBias;   // [width]
    public float* Sum;        // [rows, width], out
    public float* Values;     // [rows, width], out
    public byte* Codes;       // [rows, width], out
    public float* Scales;     // [rows], out

    private readonly int RowsATask => (int)Math.Max(1, ElementsATask / Math.Max(1, Width));

    /// <summary>What the rows are split into.</summary>
    public readonly int Tasks => (int)((Rows + RowsATask - 1) / RowsATask);

    /// <summary><see cref="RunTask"/> as ONNX Runtime's threads call it.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void RunTaskOf(void* run, nuint task) => ((RowsRun*)run)->RunTask((long)task);

    /// <param name="task">From 0 on.</param>
    [SkipLocalsInit]
    public readonly void RunTask(long task)
    {
        // Where a row is worked on if it is wanted in codes only. A thread's stack has room for what models have.
        if (Values == null && Width > MostOnTheStack)
        {
            var large = (float*)NativeMemory.Alloc((nuint)Width, sizeof(float));
            RunRows(task, large);
            NativeMemory.Free(large);
            return;
        }
        var scratch = stackalloc float[Values == null ? (int)Width : 0];
        RunRows(task, scratch);
    }

    private readonly void RunRows(long task, float* scratch)
    {
        var end = Math.Min(Rows, (task + 1) * RowsATask);
        for (var row = task * RowsATask; row < end; row++)
        {
            RunRow(row, scratch);
        }
    }

    private readonly void RunRow(long row, float* scratch)
    {
        var width = (int)Width;
        var start = row * width;
        var last = new Span<float>(Values == null ? scratch : Values + start, width);
        var sum = Sum == null ? last : new Span<float>(Sum + start, width);
        Gather(row, new ReadOnlySpan<float>(X + start, width), sum);
        if (Settings.Activation is { } activation)
        {
            RowActivation.Apply(activation, sum);
        }
        if (NormWeight != null)
        {
            RowMath.Normalize(sum, new(NormWeight, width), new(NormBias, width), Settings.Epsilon, last);
        }
        else if (Sum != null)
        {
            sum.CopyTo(last);
        }
        if (Codes != null)
        {
            Hadamard.Rotate(last, Settings.Block);
            Scales[row] = RowMath.Round(last, new Span<byte>(Codes + start, width));
        }
    }

    private readonly void Gather(long row, ReadOnlySpan<float> x, Span<float> sum)
    {
        var scale = Scale == null ? 1 : Scale[row];
        if (Bias != null)
            TensorPrimitives.MultiplyAdd(x, scale, new ReadOnlySpan<float>(Bias, x.Length), sum);
        else
            TensorPrimitives.Multiply(x, scale, sum);
        if (Residual != null)
            TensorPrimitives.Add(sum, new ReadOnlySpan<float>(Residual + (row * Width), x.Length), sum);
    }
}
