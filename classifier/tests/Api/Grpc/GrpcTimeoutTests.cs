using ElasticSynapse.Classifier.Api.Grpc;

namespace ElasticSynapse.Classifier.Tests.Api.Grpc;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("10S", 10_000)]
    [InlineData("250m", 250)]
    [InlineData("1u", 1)]
    [InlineData("1n", 1)]
    [InlineData("2M", 120_000)]
    [InlineData("99999999H", 86_400_000)]
    public void Milliseconds_DigitsAndUnit_AtLeastOneAndAtMostADay(string header, int milliseconds) =>
        Assert.Equal(milliseconds, GrpcTimeout.Milliseconds(header));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("10")]
    [InlineData("10s")]
    [InlineData("-1S")]
    [InlineData("100000000S")]
    public void Milliseconds_AnythingElse_IsNoTimeout(string? header) => Assert.Null(GrpcTimeout.Milliseconds(header));

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100% é\n", "100%25 %C3%A9%0A")]
    public void Encode_Message_IsPercentEncoded(string message, string header) => Assert.Equal(header, GrpcStatus.Encode(message));
}
