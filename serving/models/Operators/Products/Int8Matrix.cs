using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// A matrix of signed bytes with a scale for each output, for <see cref="Int8Tile"/>. Sums are whole numbers and exact, so that a
/// product is rounded once, and a row's bits depend on its bytes alone.
/// </summary>
internal sealed unsafe class Int8Matrix : PackedMatrix
{
    /// <summary>The byte of an input of 0, where inputs are bytes.</summary>
    public const byte ZeroPoint = 128;

    /// <summary>More could make a sum of 32 bits overflow.</summary>
    public const long MostInputs = int.MaxValue / (128 * byte.MaxValue);

    private const nuint CacheLine = 64;
    private const int RowsAPart = 16; // that stay in the processor's cache while they are spread over the strips

    private readonly ByteReader _reader;
    private readonly bool _rounds;
    private readonly float[] _scales; // [outputs]
    private readonly sbyte* _strips;  // [strips, inputs / 4, 64, 4], the last strip filled up with zeros
    private readonly int* _sums;      // [strips, 64] of the codes, for the inputs' zero point

    /// <param name="codes">[inputs, outputs]; inputs are a multiple of <see cref="Avx512Code.Group"/>, at most <see cref="MostInputs"/>.</param>
    /// <param name="scales">[outputs]</param>
    /// <param name="rounds">Whether inputs are floats, which a run rounds to bytes with one scale; else bytes around 128.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="OutOfMemoryException">There is no room for the packed matrix.</exception>
    public Int8Matrix(StoredTensor codes, StoredTensor scales, bool rounds)
        : base(codes.Shape[0], codes.Shape[1], Int8Tile.Columns)
    {
        _rounds = rounds;
        _scales = new float[Outputs];
        using (var reader = new FloatReader(scales))
        {
            reader.Read(0, _scales);
        }
        _reader = new ByteReader(codes);
        _strips = (sbyte*)NativeMemory.AlignedAlloc((nuint)(Strips * StripBytes), CacheLine);
        _sums = (int*)NativeMemory.AlignedAlloc((nuint)(Strips * Int8Tile.Columns * sizeof(int)), CacheLine);
    }

    public override int Parts => (int)((Inputs + RowsAPart - 1) / RowsAPart);

    private long StripBytes => Inputs * Int8Tile.Columns;

    public override void Pack(int part)
    {
        var first = (long)part * RowsAPart;
        var length = (int)(Math.Min(RowsAPart, Inputs - first) * Outputs);
        var rows = ArrayPool<byte>.Shared.Rent(length);
        _reader.Read(first * Outputs, rows.AsSpan(0, length));
        fixed (byte* codes = rows)
        {
            for (var strip = 0; strip < Strips; strip++)
            {
                var to = _strips + (strip * StripBytes) + (first * Int8Tile.Columns);
                for (var start = FirstColumn(strip); start < length; start += Avx512Code.Group * Outputs)
                {
                    Interleave((sbyte*)codes + start, to, Columns(strip));
                    to += Avx512Code.Group * Int8Tile.Columns;
                }
            }
        }
        ArrayPool<byte>.Shared.Return(rows);
    }

    // A row of ones sums the codes up.
    public override void Complete()
    {
        var ones = new byte[Inputs];
        ones.AsSpan().Fill(1);
        fixed (byte* row = ones)
        {
            for (var strip = 0; strip < Strips; strip++)
            {
                Int8Tile.Run(row, Inputs, rows: 1, _strips + (strip * StripBytes), _sums + FirstColumn(strip));
            }
        }
    }

    public override void CloseFile() => _reader.Dispose();

    public override void Dispose()
    {
        NativeMemory.AlignedFree(_strips);
        NativeMemory.AlignedFree(_sums);
        CloseFile();
    }

    public override nint Product(nint context, void* kernel, void* x, long rows, float* y)
    {
        if (!_rounds)
        {
            var bytes = new RoundedRows { Codes = (byte*)x, ZeroPoint = ZeroPoint, Scale = 1 };
            return base.Product(context, kernel, &bytes, rows, y);
        }
        var count = (int)(rows * Inputs);
        var room = ArrayPool<byte>.Shared.Rent(count);
        fixed (byte* codes = room)
        {
            var rounded = RoundedRows.Round((float*)x, count, codes);
            var status = base.Product(context, kernel, &rounded, rows, y);
            ArrayPool<byte>.Shared.Return(room);
            return status;
        }
    }

    /// <param name="x">A <see cref="RoundedRows"/>.</param>
    public override void Multiply(int strip, void* x, long first, long rows, float* y)
    {
        var input = *(RoundedRows*)x;
        var room = stackalloc int[(Int8Tile.MostRows + 1) * Int8Tile.Columns];
        var sums = (int*)(((nuint)room + CacheLine - 1) & ~(CacheLine - 1));
        // As many rows in each tile, or one less.
        var tiles = (rows + Int8Tile.MostRows - 1) / Int8Tile.MostRows;
        for (var end = first + rows; first < end; tiles--)
        {
            var count = (int)((end - first + tiles - 1) / tiles);
            Int8Tile.Run(input.Codes + (first * Inputs), Inputs, count, _strips + (strip * StripBytes), sums);
            for (var row = 0; row < count; row++)
            {
                Scale(sums + (row * Int8Tile.Columns), input, strip, y + ((first + row) * Outputs));
            }
            first += count;
        }
    }

    /// <param name="sums">[64]</param>
    /// <param name="y">[outputs], out.</param>
    private void Scale(int* sums, in RoundedRows input, int strip, float* y)
    {
        var first = FirstColumn(strip);
        var codeSums = _sums + first;
        y += first;
        fixed (float* scales = &_scales[first])
        {
            var columns = Columns(strip);
            var column = 0;
            for (; column <= columns - Vector512<int>.Count; column += Vector512<int>.Count)
            {
                var sum = Vector512.Load(sums + column) - (Vector512.Load(codeSums + column) * input.ZeroPoint);
                (Vector512.ConvertToSingle(sum) * (Vector512.Load(scales + column) * input.Scale)).Store(y + column);
            }
            for (; column < columns; column++)
            {
                y[column] = (sums[column] - (codeSums[column] * input.ZeroPoint)) * (scales[column] * input.Scale);
            }
        }
    }

    /// <summary>Puts four codes of a column side by side.</summary>
    /// <param name="codes">Four rows of the matrix.</param>
    /// <param name="strip">[64, 4], out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Interleave(sbyte* codes, sbyte* strip, int columns)
    {
        sbyte* second = codes + Outputs, third = second + Outputs, fourth = third + Outputs;
        var column = 0;
        for (; column <= columns - Vector128<sbyte>.Count; column += Vector128<sbyte>.Count)
        {
            Vector128<sbyte> a = Vector128.Load(codes + column), b = Vector128.Load(second + column);
            Vector128<sbyte> c = Vector128.Load(third + column), d = Vector128.Load(fourth + column);
            var to = (short*)(strip + (column * Avx512Code.Group));
            Interleave(Sse2.UnpackLow(a, b).AsInt16(), Sse2.UnpackLow(c, d).AsInt16(), to);
            Interleave(Sse2.UnpackHigh(a, b).AsInt16(), Sse2.UnpackHigh(c, d).AsInt16(), to + (2 * Vector128<short>.Count));
        }
        for (; column < columns; column++)
        {
            var to = strip + (column * Avx512Code.Group);
            (to[0], to[1], to[2], to[3]) = (codes[column], second[column], third[column], fourth[column]);
        }
        new Span<sbyte>(strip + (columns * Avx512Code.Group), (Int8Tile.Columns - columns) * Avx512Code.Group).Clear();
    }

    private static void Interleave(Vector128<short> pairs, Vector128<short> others, short* to)
    {
        Sse2.UnpackLow(pairs, others).Store(to);
        Sse2.UnpackHigh(pairs, others).Store(to + Vector128<short>.Count);
    }
}
