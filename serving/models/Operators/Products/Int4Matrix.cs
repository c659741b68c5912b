using System.Buffers;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// A matrix of 4 bits in blocks (<see cref="BlockFormat"/>), for <see cref="Int4Tile"/>. Each run rounds its rows to 8 bits, with a
/// scale for each block of a row.
/// </summary>
internal sealed unsafe class Int4Matrix : PackedMatrix
{
    private const nuint CacheLine = 64;

    private readonly BlockFormat _format;
    private readonly long _blocks; // of an output
    private readonly ByteReader _codeReader;
    private readonly FloatReader _scaleReader;
    private readonly byte* _strips;  // [strips, blocks, block / 8, 64, 4]
    private readonly float* _scales; // [strips, blocks, 64]; those of columns that the matrix does not have are 0

    /// <param name="codes">[outputs, blocks * bytes of a block]</param>
    /// <param name="scales">[outputs, blocks]</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="OutOfMemoryException">There is no room for the packed matrix.</exception>
    public Int4Matrix(StoredTensor codes, StoredTensor scales, long inputs, BlockFormat format)
        : base(inputs, codes.Shape[0], Int4Tile.Columns)
    {
        _format = format;
        _blocks = scales.Shape[1];
        _codeReader = new ByteReader(codes);
        _scaleReader = new FloatReader(scales);
        _strips = (byte*)NativeMemory.AlignedAlloc((nuint)(Strips * StripBytes), CacheLine);
        _scales = (float*)NativeMemory.AlignedAlloc((nuint)(Strips * StripScales * sizeof(float)), CacheLine);
    }

    public override int Parts => Strips;

    private long OutputBytes => _blocks * _format.BytesPerBlock;

    private long StripBytes => OutputBytes * Int4Tile.Columns;

    private long StripScales => _blocks * Int4Tile.Columns;

    // A strip's columns are rows of the file; of each, four bytes stay together.
    public override void Pack(int part)
    {
        var columns = Columns(part);
        var room = ArrayPool<byte>.Shared.Rent((int)Math.Max(StripBytes, StripScales * sizeof(float)));
        fixed (byte* bytes = room)
        {
            var codes = new Span<byte>(bytes, (int)StripBytes);
            _codeReader.Read(FirstColumn(part) * OutputBytes, codes[..(int)(columns * OutputBytes)]);
            codes[(int)(columns * OutputBytes)..].Clear();
            Transposition.Run((float*)bytes, Int4Tile.Columns, OutputBytes / Avx512Code.Group, (float*)(_strips + (part * StripBytes)));

            var scales = new Span<float>(bytes, (int)StripScales);
            _scaleReader.Read(FirstColumn(part) * _blocks, scales[..(int)(columns * _blocks)]);
            scales[(int)(columns * _blocks)..].Clear();
            Transposition.Run((float*)bytes, Int4Tile.Columns, _blocks, _scales + (part * StripScales));
        }
        ArrayPool<byte>.Shared.Return(room);
    }

    public override void CloseFile()
    {
        _codeReader.Dispose();
        _scaleReader.Dispose();
    }

    public override void Dispose()
    {
        NativeMemory.AlignedFree(_strips);
        NativeMemory.AlignedFree(_scales);
        CloseFile();
    }

    public override nint Product(nint context, void* kernel, void* x, long rows, float* y)
    {
        var input = new BlockRoundedRows { X = (float*)x, Rows = rows, Inputs = Inputs, Block = _format.Size, Blocks = _blocks };
        long blocks = rows * _blocks, codeBytes = blocks * _format.Size;
        var room = ArrayPool<byte>.Shared.Rent((int)(codeBytes + (blocks * (sizeof(float) + sizeof(int)))));
        fixed (byte* bytes = room)
        {
            input.Scales = (float*)bytes;
            input.Offsets = (int*)(input.Scales + blocks);
            input.Codes = (sbyte*)(input.Offsets + blocks);
            var status = input.Round(context);
            if (status == 0)
            {
                status = base.Product(context, kernel, &input, rows, y);
            }
            ArrayPool<byte>.Shared.Return(room);
            return status;
        }
    }

    /// <param name="x">A <see cref="BlockRoundedRows"/>.</param>
    public override void Multiply(int strip, void* x, long first, long rows, float* y)
    {
        var input = *(BlockRoundedRows*)x;
        var room = stackalloc float[(Int4Tile.MostRows + 1) * Int4Tile.Columns];
        var sums = (float*)(((nuint)room + CacheLine - 1) & ~(CacheLine - 1));
        // As many rows in each tile, or one less.
        var tiles = (rows + Int4Tile.MostRows - 1) / Int4Tile.MostRows;
        for (var end = first + rows; first < end; tiles--)
        {
            var count = (int)((end - first + tiles - 1) / tiles);
            new Span<float>(sums, count * Int4Tile.Columns).Clear();
            var arguments = new Int4Tile.Arguments
            {
                X = input.Codes + (first * _blocks * _format.Size),
                RowBytes = _blocks * _format.Size,
                Strip = _strips + (strip * StripBytes),
                Blocks = _blocks,
                Scales = _scales + (strip * StripScales),
                InputScales = input.Scales + first,
                Offsets = input.Offsets + first,
                BlockBytes = input.Rows * sizeof(float),
                Steps = _format.Size / Int4Tile.Inputs,
                Sums = sums,
            };
            Int4Tile.Run(count, &arguments);
            for (var row = 0; row < count; row++)
            {
                new ReadOnlySpan<float>(sums + (row * Int4Tile.Columns), Columns(strip))
                    .CopyTo(new Span<float>(y + ((first + row) * Outputs) + FirstColumn(strip), Columns(strip)));
            }
            first += count;
        }
    }
}
