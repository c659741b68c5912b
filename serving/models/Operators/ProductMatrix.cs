using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// A matrix of a product. Its first run, which tries a model out, reads it without keeping it, in a third of the time; the second
/// packs it for good, as strips (<see cref="StripProduct"/>), one after the other.
/// </summary>
/// <param name="tensor">[inputs, outputs] or, if transposed, [outputs, inputs].</param>
internal sealed unsafe class ProductMatrix(StoredTensor tensor, bool isTransposed) : IDisposable
{
    private const nuint CacheLine = 64;
    private const int RowsAPart = 16; // that stay in the processor's cache while they are spread over the strips
    private const int Unused = 0, Used = 1, Claimed = 2;

    private readonly FloatReader _reader = new(tensor);
    private nint _packed;
    private int _state;

    public bool IsTransposed => isTransposed;

    public long Inputs { get; } = tensor.Shape[isTransposed ? 1 : 0];

    public long Outputs { get; } = tensor.Shape[isTransposed ? 0 : 1];

    public int Strips => (int)((Outputs + StripProduct.Columns - 1) / StripProduct.Columns);

    /// <summary>Of a packed strip.</summary>
    public long Elements => Inputs * StripProduct.Columns;

    /// <summary>What reading and packing are split into; of a transposed matrix, the strips.</summary>
    public int Parts => isTransposed ? Strips : (int)((Inputs + RowsAPart - 1) / RowsAPart);

    /// <summary>[strips, inputs, 96], the last strip filled up with zeros. Null until it is packed.</summary>
    public float* Packed => (float*)Volatile.Read(ref _packed);

    /// <summary>Of a strip, that the matrix has.</summary>
    public int Columns(int strip) => (int)Math.Min(StripProduct.Columns, Outputs - ((long)strip * StripProduct.Columns));

    /// <summary>Whether the caller is to pack: after the first run, one is.</summary>
    public bool ClaimPacking() =>
        Interlocked.CompareExchange(ref _state, Used, Unused) != Unused && Interlocked.CompareExchange(ref _state, Claimed, Used) == Used;

    /// <summary>Room for the packed matrix, of which <see cref="EndPacking"/> takes care.</summary>
    public float* Allocate() => (float*)NativeMemory.AlignedAlloc((nuint)(Strips * Elements * sizeof(float)), CacheLine);

    /// <param name="isWhole">Whether every part is packed; if not, a later run is to try again.</param>
    public void EndPacking(float* strips, bool isWhole)
    {
        if (isWhole)
        {
            Volatile.Write(ref _packed, (nint)strips);
            return;
        }
        NativeMemory.AlignedFree(strips);
        Volatile.Write(ref _state, Used);
    }

    /// <summary>Threads may pack parts at once.</summary>
    /// <param name="strips">[strips, inputs, 96], out.</param>
    /// <exception cref="CheckpointException">The file has become shorter.</exception>
    public void Pack(int part, float* strips)
    {
        if (isTransposed)
        {
            PackStrip(part, strips + (part * Elements));
            return;
        }
        var first = part * RowsAPart;
        var rows = ArrayPool<float>.Shared.Rent((int)(RowsAPart * Outputs));
        Spread(ReadRows(first, rows), strips + (first * StripProduct.Columns));
        ArrayPool<float>.Shared.Return(rows);
    }

    /// <summary>One strip of a transposed matrix: its columns are rows of the file.</summary>
    /// <param name="strip">[inputs, 96], out.</param>
    /// <exception cref="CheckpointException">The file has become shorter.</exception>
    public void PackStrip(int number, float* strip)
    {
        var columns = ArrayPool<float>.Shared.Rent((int)Elements);
        var length = (int)(Columns(number) * Inputs);
        _reader.Read(number * Elements, columns.AsSpan(0, length));
        columns.AsSpan(length).Clear();
        fixed (float* values = columns)
        {
            Transposition.Run(values, StripProduct.Columns, Inputs, strip);
        }
        ArrayPool<float>.Shared.Return(columns);
    }

    /// <summary>A part of a matrix that is not transposed, as it lies in the file.</summary>
    /// <param name="matrix">[inputs, outputs], of which the part is written.</param>
    /// <exception cref="CheckpointException">The file has become shorter.</exception>
    public void Read(int part, float* matrix)
    {
        var first = part * RowsAPart;
        ReadRows(first, new Span<float>(matrix + (first * Outputs), (int)(RowsAPart * Outputs)));
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree((void*)_packed);
        _reader.Dispose();
    }

    // Up to as many as a part has.
    private ReadOnlySpan<float> ReadRows(int first, Span<float> rows)
    {
        rows = rows[..(int)(Math.Min(RowsAPart, Inputs - first) * Outputs)];
        _reader.Read(first * Outputs, rows);
        return rows;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Spread(ReadOnlySpan<float> rows, float* strips)
    {
        for (var strip = 0; strip < Strips; strip++)
        {
            var columns = Columns(strip);
            var to = strips + (strip * Elements);
            for (var start = (long)strip * StripProduct.Columns; start < rows.Length; start += Outputs)
            {
                rows.Slice((int)start, columns).CopyTo(new Span<float>(to, columns));
                new Span<float>(to + columns, StripProduct.Columns - columns).Clear();
                to += StripProduct.Columns;
            }
        }
    }
}
