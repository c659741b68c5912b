using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class Crc32CTests
{
    // RFC 3720, B.4.
    [Fact]
    public void Append_KnownBytes_KnownSums()
    {
        Assert.Equal(0u, Crc32C.Append(0, []));
        Assert.Equal(0x8A9136AAu, Crc32C.Append(0, new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Append(0, Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Append(0, Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
        Assert.Equal(0xE3069283u, Crc32C.Append(0, "123456789"u8));
    }

    [Fact]
    public void Append_InPieces_AsWhole() => Assert.Equal(0xE3069283u, Crc32C.Append(Crc32C.Append(0, "1234"u8), "56789"u8));

    // Of four zero bytes, as TensorFlow stored it in tf-checkpoints (expected.json: 3a117ba6).
    [Fact]
    public void Mask_AsTensorFlowStores() => Assert.Equal(0x3A117BA6u, Crc32C.Mask(Crc32C.Append(0, new byte[4])));
}
