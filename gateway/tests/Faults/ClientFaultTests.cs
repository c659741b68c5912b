using System.Net;
using System.Net.Sockets;
using System.Text;
using ElasticSynapse.Gateway.Tests.Running;

namespace ElasticSynapse.Gateway.Tests.Faults;

/// <summary>Clients that send too much or too slowly: they lose their connection, and the others notice nothing.</summary>
public sealed class ClientFaultTests
{
    [Fact]
    public async Task SlowLoris_HeadersNeverEnd_ConnectionsEndAndOthersAreServed()
    {
        await using var upstream = await Upstream.StartAsync("{}");
        await using var gateway = new RunningGateway(upstream.Address, null, ("Http:RequestHeadersTimeout", "00:00:01"));

        var slow = Enumerable.Range(0, 50).Select(_ => gateway.SendRawAsync("POST /v1/completions HTTP/1.1\r\nHost: x\r\nX-Slow: ")).ToArray();
        using var served = await gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        Assert.All(await Task.WhenAll(slow), answer => Assert.StartsWith("HTTP/1.1 408 Request Timeout\r\n", answer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SlowBody_FewerBytesThanDemanded_Is408AndSaysSo()
    {
        await using var upstream = await Upstream.StartAsync("{}");
        await using var gateway = new RunningGateway(upstream.Address, null, ("Http:MinRequestBodyBytesPerSecond", "1000000"));

        var answer = await gateway.SendRawAsync("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{");

        Assert.StartsWith("HTTP/1.1 408 Request Timeout\r\n", answer, StringComparison.Ordinal);
        Assert.Contains(
            "the body arrives with fewer than 1,000,000 bytes a second (Http__MinRequestBodyBytesPerSecond)\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"request_timeout\"",
            answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Large")]
    [InlineData("Cookie")]
    public async Task Headers_LargerThanAllowed_Are431(string name)
    {
        await using var upstream = await Upstream.StartAsync("{}");
        await using var gateway = new RunningGateway(upstream.Address, null, ("Http:MaxRequestHeaderBytes", "4096"));

        var refused = await gateway.SendRawAsync($"GET /v1/models/gpt2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{name}: {new string('x', 5000)}\r\n\r\n");
        var served = await gateway.SendRawAsync($"GET /v1/models/gpt2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{name}: {new string('x', 3000)}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n", refused, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", served, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_ThatSendNothing_HoldNobodyUp()
    {
        await using var upstream = await Upstream.StartAsync("{}");
        await using var gateway = new RunningGateway(upstream.Address);
        var idle = new List<TcpClient>();
        for (var i = 0; i < 200; i++)
        {
            var connection = new TcpClient();
            await connection.ConnectAsync(gateway.Client.BaseAddress!.Host, gateway.Client.BaseAddress.Port);
            idle.Add(connection);
        }

        using var served = await gateway.Client.PostAsync("/v1/completions", new StringContent("{}", Encoding.UTF8));

        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        idle.ForEach(connection => connection.Dispose());
    }
}
