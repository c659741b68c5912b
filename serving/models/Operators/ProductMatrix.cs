using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>A matrix of a product, packed from its file as strips (<see cref="StripProduct"/>), one after the other.</summary>
internal sealed unsafe class ProductMatrix : IDisposable
{
    private const nuint CacheLine = 64;
    private const int RowsAPart = 16; // that stay in the processor's cache while they are spread over the strips

    private readonly FloatReader _reader;
    private readonly bool _isTransposed;

    /// <param name="tensor">[inputs, outputs] or, if transposed, [outputs, inputs].</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="OutOfMemoryException">There is no room for the packed matrix.</exception>
    public ProductMatrix(StoredTensor tensor, bool isTransposed)
    {
        _reader = new FloatReader(tensor);
        _isTransposed = isTransposed;
        Inputs = tensor.Shape[isTransposed ? 1 : 0];
        Outputs = tensor.Shape[isTransposed ? 0 : 1];
        Strips = (int)((Outputs + StripProduct.Columns - 1) / StripProduct.Columns);
        Parts = isTransposed ? Strips : (int)((Inputs + RowsAPart - 1) / RowsAPart);
        Packed = (float*)NativeMemory.AlignedAlloc((nuint)(Strips * Elements * sizeof(float)), CacheLine);
    }

    public long Inputs { get; }

    public long Outputs { get; }

    public int Strips { get; }

    /// <summary>Of a strip.</summary>
    public long Elements => Inputs * StripProduct.Columns;

    /// <summary>What packing is split into.</summary>
    public int Parts { get; }

    /// <summary>[strips, inputs, 96], the last strip filled up with zeros.</summary>
    public float* Packed { get; }

    /// <summary>Of a strip, that the matrix has.</summary>
    public int Columns(int strip) => (int)Math.Min(StripProduct.Columns, Outputs - ((long)strip * StripProduct.Columns));

    /// <summary>Threads may pack parts at once.</summary>
    /// <exception cref="CheckpointException">The file has become shorter.</exception>
    public void Pack(int part)
    {
        if (_isTransposed)
        {
            PackColumns(part);
        }
        else
        {
            PackRows(part * RowsAPart);
        }
    }

    /// <summary>Once it is packed. A temporary file's room goes back with it.</summary>
    public void CloseFile() => _reader.Dispose();

    public void Dispose()
    {
        NativeMemory.AlignedFree(Packed);
        CloseFile();
    }

    // A strip's columns are rows of the file.
    private void PackColumns(int strip)
    {
        var columns = ArrayPool<float>.Shared.Rent((int)Elements);
        var length = (int)(Columns(strip) * Inputs);
        _reader.Read(strip * Elements, columns.AsSpan(0, length));
        columns.AsSpan(length).Clear();
        fixed (float* values = columns)
        {
            Transposition.Run(values, StripProduct.Columns, Inputs, Packed + (strip * Elements));
        }
        ArrayPool<float>.Shared.Return(columns);
    }

    private void PackRows(int first)
    {
        var length = (int)(Math.Min(RowsAPart, Inputs - first) * Outputs);
        var rows = ArrayPool<float>.Shared.Rent(length);
        _reader.Read(first * Outputs, rows.AsSpan(0, length));
        Spread(rows.AsSpan(0, length), Packed + (first * StripProduct.Columns));
        ArrayPool<float>.Shared.Return(rows);
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
