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

    private readonly bool NeedsScratch => Values == null || Codes != null;

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
        // Where a row is worked on if it is not wanted as it is. A thread's stack has room for what models have.
        if (NeedsScratch && Width > MostOnTheStack)
        {
            var large = (float*)NativeMemory.Alloc((nuint)Width, sizeof(float));
            RunRows(task, large);
            NativeMemory.Free(large);
            return;
        }
        var scratch = stackalloc float[NeedsScratch ? (int)Width : 0];
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
        var place = Values == null ? scratch : Values + start;
        var last = new Span<float>(place, width);
        var sum = Sum == null ? last : new Span<float>(Sum + start, width);
        RowMath.Add(X + start, Scale == null ? 1 : Scale[row], Bias, Residual == null ? null : Residual + start, Sum == null ? place : Sum + start, width);
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
            var rotated = new Span<float>(scratch, width);
            if (Values != null)
            {
                last.CopyTo(rotated);
            }
            Hadamard.Rotate(rotated, Settings.Block);
            Scales[row] = RowMath.Round(rotated, new Span<byte>(Codes + start, width));
        }
    }
}
