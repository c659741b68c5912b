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
    /// <summary>The byte of an input of 0.</summary>
    public const byte ZeroPoint = 128;

    /// <summary>More could make a sum of 32 bits overflow.</summary>
    public const long MostInputs = int.MaxValue / (128 * byte.MaxValue);

    private const int CacheLine = 64;
    private const int RowsAPart = 16; // that stay in the processor's cache while they are spread over the strips

    private readonly ByteReader _reader;
    private readonly sbyte* _strips;  // [strips, inputs / 4, 64, 4], the last strip filled up with zeros
    private readonly int* _start;     // [strips, 64]: what inputs of 0 add up to, negative
    private readonly float* _scales;  // [strips, 64]

    /// <param name="codes">[inputs, outputs]; inputs are a multiple of <see cref="Avx512Code.Group"/>, at most <see cref="MostInputs"/>.</param>
    /// <param name="scales">[outputs]</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="OutOfMemoryException">There is no room for the packed matrix.</exception>
    public Int8Matrix(StoredTensor codes, StoredTensor scales)
        : base(codes.Shape[0], codes.Shape[1], Int8Tile.Columns)
    {
        var columns = Strips * Int8Tile.Columns;
        _scales = (float*)NativeMemory.AlignedAlloc((nuint)(columns * sizeof(float)), CacheLine);
        using (var reader = new FloatReader(scales))
        {
            reader.Read(0, new Span<float>(_scales, (int)Outputs));
        }
        new Span<float>(_scales, columns)[(int)Outputs..].Clear();
        _reader = new ByteReader(codes);
        _strips = (sbyte*)NativeMemory.AlignedAlloc((nuint)(Strips * StripBytes), CacheLine);
        _start = (int*)NativeMemory.AlignedAlloc((nuint)(columns * sizeof(int)), CacheLine);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Complete()
    {
        for (var strip = 0; strip < Strips; strip++)
        {
            var start = _start + FirstColumn(strip);
            new Span<int>(start, Int8Tile.Columns).Clear();
            sbyte* codes = _strips + (strip * StripBytes), end = codes + StripBytes;
            for (; codes < end; codes += Avx512Code.Group * Int8Tile.Columns)
            {
                for (var column = 0; column < Int8Tile.Columns; column += Avx512Code.Columns)
                {
                    var pairs = Avx512BW.MultiplyAddAdjacent(Vector512<byte>.One, Vector512.Load(codes + (column * Avx512Code.Group)));
                    (Vector512.Load(start + column) - Avx512BW.MultiplyAddAdjacent(pairs, Vector512.Create((short)ZeroPoint))).Store(start + column);
                }
            }
        }
    }

    public override void CloseFile() => _reader.Dispose();

    public override void Dispose()
    {
        NativeMemory.AlignedFree(_strips);
        NativeMemory.AlignedFree(_start);
        NativeMemory.AlignedFree(_scales);
        CloseFile();
    }

    /// <param name="x">[all rows, inputs], bytes.</param>
    public override void Multiply(int strip, void* x, long first, long rows, float* y)
    {
        var columns = Columns(strip);
        var isWhole = columns == Int8Tile.Columns;
        var narrow = stackalloc float[isWhole ? 0 : Int8Tile.MostRows * Int8Tile.Columns];
        var start = _strips + (strip * StripBytes);
        // The first few tiles fetch the next strip, which follows in memory and is needed next; a fetch behind the last does no harm.
        sbyte* next = start + StripBytes, end = next + StripBytes;
        // As many rows in each tile, or one less.
        var tiles = (rows + Int8Tile.MostRows - 1) / Int8Tile.MostRows;
        for (var last = first + rows; first < last; tiles--)
        {
            var count = (int)((last - first + tiles - 1) / tiles);
            var result = y + (first * Outputs) + FirstColumn(strip);
            var run = new Int8Tile.Arguments
            {
                X = (byte*)x + (first * Inputs), RowBytes = Inputs, Strip = start, Groups = Inputs / Avx512Code.Group,
                Start = _start + FirstColumn(strip), Scales = _scales + FirstColumn(strip),
                Y = isWhole ? result : narrow, YBytes = (isWhole ? Outputs : Int8Tile.Columns) * sizeof(float),
                Next = next < end ? next : start,
            };
            Int8Tile.Run(count, &run);
            for (var row = 0; row < count && !isWhole; row++)
            {
                new ReadOnlySpan<float>(narrow + (row * Int8Tile.Columns), columns).CopyTo(new Span<float>(result + (row * Outputs), columns));
            }
            next += Inputs / Avx512Code.Group * CacheLine;
            first += count;
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
