using System.Buffers.Binary;
using ElasticSynapse.Serving.Models;
using FsCheck.Fluent;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class SafetensorsHeaderTests
{
    private const string TwoFloats = """{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""";

    [Fact]
    public void Parse_TensorsInAnyOrder_OffsetsInTheFile()
    {
        var bytes = TestTensor.WithHeader(
            """{"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[2,2],"data_offsets":[4,12]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   """, 12);
        var tensors = Read(bytes);
        Assert.Equal(bytes.Length - 12, tensors["a"].Offset);
        Assert.Equal((bytes.Length - 8, 8), (tensors["b"].Offset, tensors["b"].ByteLength));
        Assert.Equal([2, 2], tensors["b"].Shape);
    }

    [Fact]
    public void Parse_NoTensors_Empty() => Assert.Empty(Read(TestTensor.WithHeader("{}", 0)));

    [Fact]
    public void Parse_EmptyTensorsBetweenOthers_Accepted() =>
        Assert.Equal(3, Read(TestTensor.WithHeader($$$"""
            {"a":{{{TwoFloats}}},"empty":{"dtype":"F32","shape":[0,5],"data_offsets":[8,8]},"first":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}
            """, 8)).Count);

    [Theory]
    [InlineData("", 0, "does not start with '{'")]
    [InlineData(" {}", 0, "does not start with '{'")]
    [InlineData("[]", 0, "does not start with '{'")]
    [InlineData("{", 0, "not valid JSON")]
    [InlineData("{}{}", 0, "not valid JSON")]
    [InlineData("""{"a":1}""", 0, "tensor \"a\": found Number")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "an object of strings")]
    [InlineData("""{"__metadata__":[]}""", 0, "an object of strings")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "tensor \"a\": found no dtype")]
    [InlineData("""{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", 8, "tensor \"a\": found no dtype")]
    [InlineData("""{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}}""", 8, "tensor \"a\": found dtype \"F4\"; accepted: BOOL, U8")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "tensor \"a\": found no shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "shape with \"-2\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "shape with \"2.5\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}""", 8, "shape with \"9223372036854775808\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", 8, "a size below 2^63 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,8]}}""", 8, "a size below 2^63 bytes")]
    [InlineData("""{"a":{"dtype":"F16","shape":[4611686018427387904,0],"data_offsets":[0,0]}}""", 0, "a size below 2^63 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "found no data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}""", 8, "found 1 data_offsets; accepted: 2")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "accepted: begin <= end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "data_offsets with \"-8\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}}""", 8, "accepted: at most 8, where the file ends")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775799,9223372036854775807]}}""", 8, "where the file ends")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "found 8 bytes; accepted: 12, which F32 [3] takes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "a hole: begins at 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "where the last tensor ends")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "an overlap: begins at 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "an overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", 16, "not valid JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "not valid JSON")]
    public void Parse_InvalidHeader_Refused(string header, int dataBytes, string expected) =>
        AssertRefused(TestTensor.WithHeader(header, dataBytes), expected);

    [Fact]
    public void Parse_HeaderNotUtf8_Refused()
    {
        var bytes = TestTensor.WithHeader($$"""{"a":{{TwoFloats}}}""", 8);
        bytes[10] = 0xFF;
        AssertRefused(bytes, "not UTF-8");
    }

    [Fact]
    public void Parse_NameWithLineBreak_MessageStaysOneLine() =>
        AssertRefused(TestTensor.WithHeader("""{"a\nb\u0007":1}""", 0), "tensor \"a b\\u0007\"");

    [Fact]
    public void Parse_DeepNesting_Refused() =>
        AssertRefused(TestTensor.WithHeader("{\"a\":" + new string('[', 5000), 0), "not valid JSON");

    [Theory]
    [InlineData(100_000_001UL, "found a header of 100000001 bytes; accepted: at most 100000000")]
    [InlineData(ulong.MaxValue, "found a header of 18446744073709551615 bytes")]
    [InlineData(57UL, "found a header of 57 bytes in a file of 64; accepted: at most 56")]
    public void ReadLength_LongerThanLimitOrFile_Refused(ulong length, string expected)
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        AssertRefused(bytes, expected);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void ReadLength_FileShorterThanField_Refused(int fileBytes) =>
        AssertRefused(new byte[fileBytes], $"found {fileBytes} bytes; accepted: at least 8");

    [Fact]
    public void Parse_OneByteChanged_ReadsOrRefuses()
    {
        var valid = TestTensor.WithHeader($$$"""
            {"__metadata__":{"format":"pt"},"a":{{{TwoFloats}}},"b":{"dtype":"I64","shape":[1,1],"data_offsets":[8,16]}}
            """, 16);
        var change = from position in Gen.Choose(0, valid.Length - 17) from value in Gen.Choose(0, 255) select (position, value);
        SeededCheck.ForAll(change, c =>
        {
            var bytes = (byte[])valid.Clone();
            bytes[c.position] = (byte)c.value;
            return ReadsOrRefuses(bytes);
        }, runs: 5000);
    }

    [Fact]
    public void Parse_AnyBytesAfterTheBrace_ReadsOrRefuses() =>
        SeededCheck.ForAll(Gen.Choose(0, 255).ArrayOf(), noise =>
            ReadsOrRefuses([.. BitConverter.GetBytes(noise.Length + 1L), (byte)'{', .. noise.Select(b => (byte)b)]), runs: 2000);

    private static Dictionary<string, StoredTensor> Read(byte[] file)
    {
        var length = SafetensorsHeader.ReadLength("test.safetensors", file.AsSpan(0, Math.Min(file.Length, 8)), file.Length);
        return SafetensorsHeader.Parse("test.safetensors", file.AsMemory(8, length), file.Length);
    }

    private static bool ReadsOrRefuses(byte[] file)
    {
        try
        {
            return Read(file).Values.All(t => t.Offset >= 8 && t.Offset + t.ByteLength <= file.Length);
        }
        catch (CheckpointException e)
        {
            return !e.Message.Contains('\n', StringComparison.Ordinal);
        }
    }

    private static void AssertRefused(byte[] file, string expected)
    {
        var message = Assert.Throws<CheckpointException>(() => Read(file)).Message;
        Assert.StartsWith("test.safetensors: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
