using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class SnappyTests
{
    // format_description.txt's own example: "xababab" as a literal of 3 and an overlapping copy of 4.
    [Fact]
    public void Decompress_OverlappingCopy_Repeats() =>
        Assert.Equal("xababab"u8.ToArray(), Snappy.Decompress([7, 2 << 2, (byte)'x', (byte)'a', (byte)'b', 1, 2]));

    [Theory]
    [InlineData(new byte[] { 6, 1 << 2, 1, 2, 3 << 2 | 2, 2, 0 }, new byte[] { 1, 2, 1, 2, 1, 2 })] // copy with 2 bytes of offset
    [InlineData(new byte[] { 4, 1 << 2, 1, 2, 1 << 2 | 3, 2, 0, 0, 0 }, new byte[] { 1, 2, 1, 2 })] // and with 4
    [InlineData(new byte[] { 2, 60 << 2, 1, 8, 9 }, new byte[] { 8, 9 })] // a literal's length behind its tag
    [InlineData(new byte[] { 0 }, new byte[0])]
    public void Decompress_EveryElement_AsSpecified(byte[] block, byte[] expected) => Assert.Equal(expected, Snappy.Decompress(block));

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 3, 1 << 2, 1, 2 })] // less than promised
    [InlineData(new byte[] { 1, 1 << 2, 1, 2 })] // more
    [InlineData(new byte[] { 4, 1 << 2, 1, 2, 1, 0 })] // offset 0
    [InlineData(new byte[] { 6, 1 << 2, 1, 2, 1, 3 })] // before the start
    [InlineData(new byte[] { 6, 1 << 2, 1, 2, 1 })] // no offset
    [InlineData(new byte[] { 9, 63 << 2, 255, 255 })] // half a length
    [InlineData(new byte[] { 9, 63 << 2, 255, 255, 255, 255, 1 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 15, 0, 1 })] // 4 GB from seven bytes
    public void Decompress_BrokenBlock_Null(byte[] block) => Assert.Null(Snappy.Decompress(block));
}
