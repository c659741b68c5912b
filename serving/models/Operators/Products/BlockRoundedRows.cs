using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ElasticSynapse.Serving.Models;

/// <summary>Activations in signed bytes, with a scale for each block of a row: a value is code * scale.</summary>
internal unsafe struct BlockRoundedRows
{
    private const int TaskRows = 8;

    public float* X;         // [rows, inputs]
    public long Rows;
    public long Inputs;
    public int Block;        // inputs of a block, a multiple of 16
    public long Blocks;
    public sbyte* Codes;     // [rows, blocks, block], each eight in the order of Int4Tile; the last block filled up with zeros
    public float* Scales;    // [blocks, rows]
    public int* Offsets;     // [blocks, rows], what a sum of products with codes above 0 is too large by, negative

    // Of bytes whose neighbours share a byte of the weights: 0 2 4 6 are the low halves, 1 3 5 7 the high ones.
    private static readonly Vector128<byte> EvenThenOdd = Vector128.Create((byte)0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15);

    /// <summary>Rounds all rows on the session's threads, each alone.</summary>
    /// <returns>A status.</returns>
    public nint Round(nint context)
    {
        var tasks = (int)((Rows + TaskRows - 1) / TaskRows);
        if (tasks > 1)
        {
            fixed (BlockRoundedRows* rows = &this)
            {
                return OnnxRuntimeApi.ParallelFor(context, &RunTaskOf, tasks, rows, batches: tasks);
            }
        }
        RunTask(0);
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void RunTaskOf(void* rows, nuint task) => ((BlockRoundedRows*)rows)->RunTask((long)task);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunTask(long task)
    {
        for (var row = task * TaskRows; row < Math.Min(Rows, (task + 1) * TaskRows); row++)
        {
            for (long block = 0; block < Blocks; block++)
            {
                var first = block * Block;
                var values = new ReadOnlySpan<float>(X + (row * Inputs) + first, (int)Math.Min(Block, Inputs - first));
                var codes = new Span<byte>(Codes + (((row * Blocks) + block) * Block), Block);
                codes[values.Length..].Fill(Int8Matrix.ZeroPoint);
                var at = (block * Rows) + row;
                Scales[at] = RowMath.Round(values, codes);
                Offsets[at] = -BlockFormat.ZeroPoint * SumAndSign(codes);
            }
        }
    }

    // Bytes around 128 become signed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SumAndSign(Span<byte> codes)
    {
        ref var first = ref MemoryMarshal.GetReference(codes);
        Vector128<ushort> sums = default;
        for (var i = 0; i < codes.Length; i += Vector128<byte>.Count)
        {
            var bytes = Vector128.LoadUnsafe(ref first, (nuint)i);
            sums += Sse2.SumAbsoluteDifferences(bytes, Vector128<byte>.Zero);
            (Vector128.Shuffle(bytes, EvenThenOdd) ^ Vector128.Create(Int8Matrix.ZeroPoint)).StoreUnsafe(ref first, (nuint)i);
        }
        return sums[0] + sums[4] - (Int8Matrix.ZeroPoint * codes.Length);
    }
}
