using ElasticSynapse.Classifier.Api.Grpc;

namespace ElasticSynapse.Classifier.Tests.Api.Grpc;

public sealed class GrpcStatusTests
{
    [Theory]
    [InlineData("no such method: a b", "no such method: a b")]
    [InlineData("100 % é", "100 %25 %C3%A9")]
    [InlineData(" a b ", "%20a b%20")]
    [InlineData(" ", "%20")]
    [InlineData("  a", "%20 a")]
    [InlineData("", "")]
    public void Encode_Message_SurvivesAHeader(string message, string encoded) => Assert.Equal(encoded, GrpcStatus.Encode(message));
}
