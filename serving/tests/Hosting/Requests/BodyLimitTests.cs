using System.Net;
using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Hosting.Requests;

public sealed class BodyLimitTests
{
    [Theory]
    [InlineData(true, "10,000,000")]
    [InlineData(false, "more than 2,048")]
    public async Task Request_BodyOverTheLimit_Gets413ThatItCanRead(bool declared, string bytes)
    {
        await using var service = await StartAsync();
        using var request = Request(10_000_000, declared);

        using var answer = await service.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal(
            ($"the body has {bytes} bytes; this server accepts 2,048 (Http__MaxRequestBodyBytes)",
                "invalid_request_error", null, "payload_too_large"),
            await RunningService.ErrorAsync(answer));
    }

    [Theory]
    [InlineData(true, 2048, HttpStatusCode.OK)]
    [InlineData(false, 2048, HttpStatusCode.OK)]
    [InlineData(true, 2049, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(false, 2049, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Request_BodyAroundTheLimit_IsTakenUpToIt(bool declared, int bytes, HttpStatusCode status)
    {
        await using var service = await StartAsync();
        using var request = Request(bytes, declared);

        using var answer = await service.Client.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task Request_ChunkedBodyThatNobodyReads_IsNoMistake()
    {
        await using var service = await StartAsync();
        using var request = Request(100_000, declared: false);
        request.RequestUri = new Uri("/unread", UriKind.Relative);

        using var answer = await service.Client.SendAsync(request);

        Assert.Equal("unread", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Request_AsksBeforeSendingTooMuch_IsRefusedWithoutSendingIt()
    {
        await using var service = await StartAsync();

        var status = await service.SendRawAsync(
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\nExpect: 100-continue\r\n\r\n");

        Assert.Equal("HTTP/1.1 413 Payload Too Large", status);
    }

    [Fact]
    public async Task Request_FarOverTheLimit_IsRefusedWithoutReadingIt()
    {
        await using var service = await StartAsync();

        var status = await service.SendRawAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n");

        Assert.Equal("HTTP/1.1 413 Payload Too Large", status);
    }

    [Theory]
    [InlineData("ffffffffffffffffff")]
    [InlineData("zz")]
    public async Task Request_ChunkSizeThatIsNone_IsTheCallersMistake(string size)
    {
        await using var service = await StartAsync();

        var status = await service.SendRawAsync($"POST /json HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n{{}}");

        Assert.Equal("HTTP/1.1 400 Bad Request", status);
    }

    private static Task<RunningService> StartAsync() => RunningService.StartAsync(
        app =>
        {
            app.MapPost("/", async (HttpContext context) => await context.Request.Body.CopyToAsync(Stream.Null));
            app.MapPost("/unread", () => "unread");
            app.MapPost("/json", async (HttpContext context) =>
            {
                using var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted);
            });
        },
        null,
        ("Http:MaxRequestBodyBytes", "2048"));

    private static HttpRequestMessage Request(int bytes, bool declared)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(new byte[bytes]) };
        request.Headers.TransferEncodingChunked = !declared;
        return request;
    }
}
