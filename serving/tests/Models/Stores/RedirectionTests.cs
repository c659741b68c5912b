using System.Net;
using System.Net.Http.Headers;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class RedirectionTests
{
    [Theory]
    [InlineData("/api/resolve-cache/config.json", "https://hub.org/api/resolve-cache/config.json", true)]
    [InlineData("https://HUB.org:443/new/name", "https://hub.org/new/name", true)]
    [InlineData("//hub.org/new/name", "https://hub.org/new/name", true)]
    [InlineData("https://cdn.hub.org/blob", "https://cdn.hub.org/blob", false)]
    [InlineData("https://hub.org:8443/blob", "https://hub.org:8443/blob", false)]
    [InlineData("https://hub.org@evil.org/blob", "https://hub.org@evil.org/blob", false)]
    public void Next_Location_TokenOnlyToTheSameSchemeHostAndPort(string location, string expected, bool keepsToken)
    {
        using var next = Next("https://hub.org/team/model/config.json", location);
        Assert.Equal(new Uri(expected), next!.RequestUri);
        Assert.Equal(keepsToken ? "Bearer secret" : null, next.Headers.Authorization?.ToString());
        Assert.Equal("bytes=5-9", next.Headers.Range?.ToString());
    }

    [Fact]
    public void Next_FromHttpToHttps_FollowedWithoutTheToken()
    {
        using var next = Next("http://hub.org/x", "https://hub.org/x");
        Assert.Equal("https", next!.RequestUri!.Scheme);
        Assert.Null(next.Headers.Authorization);
    }

    [Theory]
    [InlineData("https://hub.org/x", "http://hub.org/x")]
    [InlineData("https://hub.org/x", "file:///etc/passwd")]
    [InlineData("http://hub.org/x", "ftp://hub.org/x")]
    public void Next_ToSomethingLess_NotFollowed(string from, string location) => Assert.Null(Next(from, location));

    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.NotModified)]
    [InlineData(HttpStatusCode.MultipleChoices)]
    public void Next_NoRedirect_Null(HttpStatusCode status) => Assert.Null(Next("https://hub.org/x", "https://hub.org/y", status));

    private static HttpRequestMessage? Next(string from, string location, HttpStatusCode status = HttpStatusCode.TemporaryRedirect)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, from);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        request.Headers.Range = new RangeHeaderValue(5, 9);
        using var response = new HttpResponseMessage(status);
        response.Headers.Location = new Uri(location, UriKind.RelativeOrAbsolute);
        return Redirection.Next(request, response);
    }
}
