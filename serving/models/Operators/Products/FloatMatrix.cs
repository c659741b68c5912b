using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>A matrix of floats, for <see cref="StripProduct"/>.</summary>
internal sealed unsafe class FloatMatrix : PackedMatrix
{
    private const nuint CacheLine = 64;
    private const int RowsAPart = 16; // that stay in the processor's cache while they are spread over the strips

    private readonly FloatReader _reader;
    private readonly bool _isTransposed;
    private readonly float* _strips; // [strips, inputs, 96], the last strip filled up with zeros

    /// <param name="tensor">[inputs, outputs] or, if transposed, [outputs, inputs].</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="OutOfMemoryException">There is no room for the packed matrix.</exception>
    public FloatMatrix(StoredTensor tensor, bool isTransposed)
        : base(tensor.Shape[isTransposed ? 1 : 0], tensor.Shape[isTransposed ? 0 : 1], StripProduct.Columns)
    {
        _reader = new FloatReader(tensor);
        _isTransposed = isTransposed;
        _strips = (float*)NativeMemory.AlignedAlloc((nuint)(Strips * Elements * sizeof(float)), CacheLine);
    }

    public override int Parts => _isTransposed ? Strips : (int)((Inputs + RowsAPart - 1) / RowsAPart);

    // Of a strip.
    private long Elements => Inputs * StripProduct.Columns;

    public override void Pack(int part)
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

    public override void CloseFile() => _reader.Dispose();

    public override void Dispose()
    {
        NativeMemory.AlignedFree(_strips);
        CloseFile();
    }

    public override void Multiply(int strip, void* x, long first, long rows, float* y) =>
        StripProduct.Run(
            (float*)x + (first * Inputs), rows, _strips + (strip * Elements), Inputs,
            y + (first * Outputs) + FirstColumn(strip), Outputs, Columns(strip));

    // A strip's columns are rows of the file.
    private void PackColumns(int strip)
    {
        var columns = ArrayPool<float>.Shared.Rent((int)Elements);
        var length = (int)(Columns(strip) * Inputs);
        _reader.Read(strip * Elements, columns.AsSpan(0, length));
        columns.AsSpan(length).Clear();
        fixed (float* values = columns)
        {
            Transposition.Run(values, StripProduct.Columns, Inputs, _strips + (strip * Elements));
        }
        ArrayPool<float>.Shared.Return(columns);
    }

    private void PackRows(int first)
    {
        var length = (int)(Math.Min(RowsAPart, Inputs - first) * Outputs);
        var rows = ArrayPool<float>.Shared.Rent(length);
        _reader.Read(first * Outputs, rows.AsSpan(0, length));
        Spread(rows.AsSpan(0, length), _strips + (first * StripProduct.Columns));
        ArrayPool<float>.Shared.Return(rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Spread(ReadOnlySpan<float> rows, float* strips)
    {
        for (var strip = 0; strip < Strips; strip++)
        {
            var columns = Columns(strip);
            var to = strips + (strip * Elements);
            for (var start = FirstColumn(strip); start < rows.Length; start += Outputs)
            {
                rows.Slice((int)start, columns).CopyTo(new Span<float>(to, columns));
                new Span<float>(to + columns, StripProduct.Columns - columns).Clear();
                to += StripProduct.Columns;
            }
        }
    }
}
