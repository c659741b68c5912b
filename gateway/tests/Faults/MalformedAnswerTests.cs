using System.Net;
using ElasticSynapse.Gateway.Tests.Running;

namespace ElasticSynapse.Gateway.Tests.Faults;

/// <summary>Answers that no HTTP server of ours would give: a client gets all of one or an error, and never waits for long.</summary>
public sealed class MalformedAnswerTests
{
    private const string Json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    [Theory]
    [InlineData("Content-Length: -5\r\n")]
    [InlineData("Content-Length: 7\r\nContent-Length: 9\r\n")]
    [InlineData("Content-Length: 7\r\nX-Name: caf\u00e9\r\n")]
    public async Task Answer_HeadersThatCannotBePassedOn_ErrorWithoutItsBody(string headers)
    {
        await using var upstream = new RawUpstream($$"""{{Json}}{{headers}}{{"\r\n"}}{"a":1}""");
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.GetAsync("/v1/completions");

        await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.BadGateway, "server_error", "upstream_unavailable");
    }

    [Fact]
    public async Task Answer_InChunksAndWithALength_IsReadByItsChunks()
    {
        await using var upstream = new RawUpstream(Json + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n0\r\n\r\n");
        await using var gateway = new RunningGateway(upstream.Address);

        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/v1/completions"));
    }

    [Fact]
    public async Task Answer_204WithALength_IsPassedOnWithout()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n");
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.GetAsync("/v1/completions");

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Fact]
    public async Task Answer_FallsSilentMidway_IsTooSlowAndNotAskedForAgainThere()
    {
        await using var upstream = new RawUpstream(Json + "Content-Length: 100\r\n\r\n{\"a\":1", holds: true);
        await using var gateway = new RunningGateway(upstream.Address, null, ("Upstreams:ActivityTimeout", "00:00:00.500"));

        using var answer = await gateway.Client.GetAsync("/v1/completions");

        Assert.EndsWith(
            " did not answer in time",
            await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.GatewayTimeout, "server_error", "upstream_timeout"), StringComparison.Ordinal);
        Assert.Equal(1, upstream.Asked);
    }
}
