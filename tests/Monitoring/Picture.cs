using System.Buffers.Binary;
using System.IO.Compression;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>The pixels of a PNG as browsers write them: eight bits a colour, with or without transparency, rows in order.</summary>
/// <remarks>W3C, "Portable Network Graphics (PNG) Specification", chunks and filters.</remarks>
internal sealed class Picture
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private Picture(int width, int height, IReadOnlyDictionary<int, int> colours) => (Width, Height, Colours) = (width, height, colours);

    public int Width { get; }

    public int Height { get; }

    /// <summary>How many pixels have each colour, 0xRRGGBB.</summary>
    public IReadOnlyDictionary<int, int> Colours { get; }

    public static Picture Read(string path)
    {
        var file = File.ReadAllBytes(path);
        Assert.Equal(Signature, file[..8]);
        var (width, height, channels) = (0, 0, 0);
        using var packed = new MemoryStream();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            var chunk = file.AsSpan(at + 8, length);
            if (file.AsSpan(at + 4, 4).SequenceEqual("IHDR"u8))
            {
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(chunk), BinaryPrimitives.ReadInt32BigEndian(chunk[4..]));
                // Depth; colour type; no other compression, filters or order of rows than the usual.
                Assert.True(chunk[8] == 8 && chunk[9] is 2 or 6 && chunk[10..13].IndexOfAnyExcept((byte)0) < 0);
                channels = chunk[9] == 2 ? 3 : 4;
            }
            else if (file.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
            {
                packed.Write(chunk);
            }
            at += 12 + length;
        }
        packed.Position = 0;
        using var rows = new ZLibStream(packed, CompressionMode.Decompress);
        return new Picture(width, height, Count(rows, width, height, channels));
    }

    private static Dictionary<int, int> Count(Stream rows, int width, int height, int channels)
    {
        var colours = new Dictionary<int, int>();
        var (above, row) = (new byte[width * channels], new byte[width * channels]);
        for (var y = 0; y < height; y++)
        {
            var filter = rows.ReadByte();
            rows.ReadExactly(row);
            for (var i = 0; i < row.Length; i++)
            {
                var (left, up, upLeft) = i < channels ? (0, above[i], 0) : (row[i - channels], above[i], above[i - channels]);
                row[i] += (byte)(filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, upLeft) });
            }
            for (var i = 0; i < row.Length; i += channels)
            {
                var colour = (row[i] << 16) | (row[i + 1] << 8) | row[i + 2];
                colours[colour] = colours.GetValueOrDefault(colour) + 1;
            }
            (above, row) = (row, above);
        }
        return colours;
    }

    private static int Paeth(int left, int up, int upLeft)
    {
        var (byLeft, byUp, byUpLeft) = (Math.Abs(up - upLeft), Math.Abs(left - upLeft), Math.Abs(left + up - (2 * upLeft)));
        return byLeft <= byUp && byLeft <= byUpLeft ? left : byUp <= byUpLeft ? up : upLeft;
    }
}
