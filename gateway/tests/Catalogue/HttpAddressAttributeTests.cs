using ElasticSynapse.Gateway.Catalogue;

namespace ElasticSynapse.Gateway.Tests.Catalogue;

public sealed class HttpAddressAttributeTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8081")]
    [InlineData("https://model-server.serving.svc.cluster.local/")]
    [InlineData("http://[::1]:80/team-a")]
    public void IsValid_AbsoluteHttpAddress_IsTrue(string address) =>
        Assert.True(new HttpAddressAttribute().IsValid(new Uri(address)));

    [Theory]
    [InlineData("model-server:8081")]
    [InlineData("/v1")]
    [InlineData("ftp://model-server")]
    [InlineData("file:///tmp/socket")]
    [InlineData("http://model-server/?a=b")]
    [InlineData("http://model-server/#top")]
    [InlineData("http://user:password@model-server/")]
    public void IsValid_OtherAddress_IsFalse(string address) =>
        Assert.False(new HttpAddressAttribute().IsValid(new Uri(address, UriKind.RelativeOrAbsolute)));

    [Fact]
    public void IsValid_NoAddress_IsFalse() => Assert.False(new HttpAddressAttribute().IsValid(null));
}
