using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.OpenInference;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.Serving.Tests.Hosting.OpenInference;

public sealed class BinaryTensorTests
{
    [Theory]
    [InlineData("BOOL", new byte[] { 0, 1, 7 }, new object[] { false, true, true })]
    [InlineData("UINT8", new byte[] { 255 }, new object[] { 255L })]
    [InlineData("INT8", new byte[] { 255 }, new object[] { -1L })]
    [InlineData("UINT16", new byte[] { 1, 255 }, new object[] { 65281L })]
    [InlineData("INT16", new byte[] { 1, 255 }, new object[] { -255L })]
    [InlineData("UINT32", new byte[] { 0, 0, 0, 255 }, new object[] { 4278190080L })]
    [InlineData("INT32", new byte[] { 254, 255, 255, 255 }, new object[] { -2L })]
    [InlineData("INT64", new byte[] { 5, 0, 0, 0, 0, 0, 0, 0 }, new object[] { 5L })]
    [InlineData("FP16", new byte[] { 0, 0x3C }, new object[] { 1f })]
    [InlineData("BF16", new byte[] { 0x80, 0x3F }, new object[] { 1f })]
    [InlineData("FP32", new byte[] { 0, 0, 0x20, 0xC0 }, new object[] { -2.5f })]
    [InlineData("FP64", new byte[] { 0, 0, 0, 0, 0, 0, 0x04, 0xC0 }, new object[] { -2.5 })]
    [InlineData("BYTES", new byte[] { 1, 0, 0, 0, 97, 0, 0, 0, 0, 2, 0, 0, 0, 0xC3, 0xA9 }, new object[] { "a", "", "é" })]
    public void Read_EachType_IsLittleEndian(string type, byte[] bytes, object[] expected) =>
        Assert.Equal(expected, BinaryTensor.Read(bytes, TensorDatatype.Parse(type, "datatype"), expected.Length, "x").Cast<object>());

    [Theory]
    [InlineData("INT32", 3, 1)]
    [InlineData("INT32", 8, 1)]
    [InlineData("INT32", 8, long.MaxValue)]
    [InlineData("BYTES", 3, 0)]
    [InlineData("BYTES", 4, 2)]
    public void Read_OtherNumberOfBytes_IsRefused(string type, int bytes, long count) =>
        Assert.Throws<ApiException>(() => BinaryTensor.Read(new byte[bytes], TensorDatatype.Parse(type, "datatype"), count, "x"));

    [Fact]
    public void Read_TextThatIsNotUtf8_IsRefused() =>
        Assert.Throws<ApiException>(() => BinaryTensor.Read([1, 0, 0, 0, 0xFF], TensorDatatype.Bytes, 1, "x"));

    [Fact]
    public void Write_ThenRead_GivesTheSameValues() => Prop.ForAll<NonNull<string>[], long[]>((texts, numbers) =>
    {
        var strings = texts.Select(text => new string([.. text.Get.Where(c => !char.IsSurrogate(c))])).ToArray();
        var bytes = BinaryTensor.Write(new InferTensor("t", TensorDatatype.Bytes, [strings.Length], strings));
        var longs = BinaryTensor.Write(new InferTensor("n", TensorDatatype.Int64, [numbers.Length], numbers));
        return strings.SequenceEqual((string[])BinaryTensor.Read(bytes, TensorDatatype.Bytes, strings.Length, "t"))
            && numbers.SequenceEqual((long[])BinaryTensor.Read(longs, TensorDatatype.Int64, numbers.Length, "n"));
    }).Check(Config.QuickThrowOnFailure.WithReplay(20260101, 1));
}
