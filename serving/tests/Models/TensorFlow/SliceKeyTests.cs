using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Models.TensorFlow;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class SliceKeyTests
{
    // Number 0; the name, ended; rank 1; start, length. Signed numbers as in ordered_code.cc: 0 is 80, -1 is 7F, 64 is C0 40.
    [Theory]
    [InlineData("v", 0, 1, "00" + "76" + "0001" + "0101" + "80" + "81")]
    [InlineData("v", 64, 63, "00" + "76" + "0001" + "0101" + "C040" + "BF")]
    [InlineData("v", 8192, 1, "00" + "76" + "0001" + "0101" + "E02000" + "81")]
    [InlineData("a\0", 0, 1, "00" + "6100FF" + "0001" + "0101" + "80" + "81")]
    public void Encode_OneDimension_OrderedCode(string name, long start, long length, string expected) =>
        Assert.Equal(expected, Convert.ToHexString(SliceKey.Encode(name, new TensorSliceProto
        {
            Extent = { new TensorSliceProto.Types.Extent { Start = start, Length = length } },
        })));

    [Fact]
    public void Encode_WholeDimension_LengthMinusOne() =>
        Assert.Equal("00" + "76" + "0001" + "0101" + "80" + "7F",
            Convert.ToHexString(SliceKey.Encode("v", new TensorSliceProto { Extent = { new TensorSliceProto.Types.Extent() } })));
}
