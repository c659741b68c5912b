using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Forwarding;

public sealed class GatewayTransformerTests
{
    [Fact]
    public async Task Forward_RequestIdGiven_ArrivesAndIsReturnedOnce()
    {
        await using var upstream = await Upstream.StartAsync(EchoRequestId);
        await using var gateway = new RunningGateway(upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models/gpt2") { Headers = { { "X-Request-Id", "order-66" } } };

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal("order-66", await answer.Content.ReadAsStringAsync());
        Assert.Equal(["order-66"], answer.Headers.GetValues("x-request-id"));
    }

    [Fact]
    public async Task Forward_NoRequestId_MakesOneForBothSides()
    {
        await using var upstream = await Upstream.StartAsync(EchoRequestId);
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.GetAsync("/v1/models/gpt2");

        var id = Assert.Single(answer.Headers.GetValues("x-request-id"));
        Assert.Matches("^req_[0-9a-f]{32}$", id);
        Assert.Equal(id, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Forward_Traceparent_ContinuesTheTrace()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        HeaderDictionary? seen = null;
        await using var upstream = await StartRecordingAsync(headers => seen = headers);
        await using var gateway = new RunningGateway(upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models/gpt2")
        {
            Headers = { { "traceparent", $"00-{trace}-b7ad6b7169203331-01" }, { "tracestate", "vendor=1" } },
        };

        using var answer = await gateway.Client.SendAsync(request);

        var parent = Assert.Single((IEnumerable<string?>)seen!["traceparent"]);
        Assert.StartsWith($"00-{trace}-", parent, StringComparison.Ordinal);
        Assert.Equal("vendor=1", Assert.Single((IEnumerable<string?>)seen["tracestate"]));
    }

    [Fact]
    public async Task Forward_RequestHeaders_UpstreamsHostAndForwardedOnes()
    {
        HeaderDictionary? seen = null;
        var protocol = "";
        await using var upstream = await Upstream.StartAsync(context =>
        {
            (seen, protocol) = (Copy(context), context.Request.Protocol);
            return Task.CompletedTask;
        });
        await using var gateway = new RunningGateway(upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models/gpt2")
        {
            Headers =
            {
                Host = "models.example.com",
                Authorization = new AuthenticationHeaderValue("Bearer", "key"),
            },
        };
        request.Headers.Add("X-Forwarded-For", "10.9.8.7");
        request.Headers.Add("Accept-Encoding", "gzip");

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal("HTTP/1.1", protocol);
        Assert.Equal(upstream.Address.Authority, seen!["Host"]);
        Assert.Equal("models.example.com", seen["X-Forwarded-Host"]);
        Assert.Equal("http", seen["X-Forwarded-Proto"]);
        // What a caller claims about itself is not passed on as our word.
        Assert.Equal("127.0.0.1", seen["X-Forwarded-For"]);
        Assert.Equal("Bearer key", seen["Authorization"]);
        Assert.Equal("gzip", seen["Accept-Encoding"]);
    }

    [Fact]
    public async Task Forward_HeaderThatIsNotAscii_ArrivesAsItWasSent()
    {
        HeaderDictionary? seen = null;
        await using var upstream = await StartRecordingAsync(headers => seen = headers);
        await using var gateway = new RunningGateway(upstream.Address);
        // The helper sends Latin-1: one character a byte.
        var bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("Zoë 中"));

        var answer = await gateway.SendRawAsync($"GET /v1/models/gpt2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-User: {bytes}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Equal("Zoë 中", seen!["X-User"]);
    }

    [Fact]
    public async Task Forward_HopByHopHeaders_StayOnThisHop()
    {
        HeaderDictionary? seen = null;
        await using var upstream = await StartRecordingAsync(headers => seen = headers);
        await using var gateway = new RunningGateway(upstream.Address);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models/gpt2")
        {
            Headers =
            {
                { "Connection", "X-This-Hop, X-Request-Id" },
                { "X-This-Hop", "1" },
                { "X-Every-Hop", "2" },
                { "X-Request-Id", "order-66" },
                { "Keep-Alive", "timeout=5" },
                { "TE", "trailers" },
                { "Proxy-Connection", "keep-alive" },
            },
        };

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal("order-66", seen!["X-Request-Id"]);
        Assert.Equal("2", seen["X-Every-Hop"]);
        Assert.DoesNotContain(seen.Keys, name => name is "X-This-Hop" or "Connection" or "Keep-Alive" or "TE" or "Proxy-Connection");
    }

    [Fact]
    public async Task Forward_Expect_IsAnsweredHereAndNotSentOn()
    {
        HeaderDictionary? seen = null;
        var body = "";
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            seen = Copy(context);
            body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        });
        await using var gateway = new RunningGateway(upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/classify") { Content = new StringContent("whole body") };
        request.Headers.ExpectContinue = true;

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal("whole body", body);
        Assert.DoesNotContain("Expect", seen!.Keys);
    }

    [Fact]
    public async Task Forward_AnswerHeaders_ArePreserved()
    {
        await using var upstream = await Upstream.StartAsync(context =>
        {
            var headers = context.Response.Headers;
            headers["X-Model-Version"] = "1557429385_v0.01";
            headers["openai-processing-ms"] = "12";
            headers.CacheControl = "no-cache";
            headers.SetCookie = new(["a=1; path=/", "b=2"]);
            headers.ContentType = "application/json; charset=utf-8";
            headers.Server = "model-server";
            return context.Response.WriteAsync("{}");
        });
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.GetAsync("/v1/models/gpt2");

        Assert.Equal(["1557429385_v0.01"], answer.Headers.GetValues("X-Model-Version"));
        Assert.Equal(["12"], answer.Headers.GetValues("openai-processing-ms"));
        Assert.Equal(["no-cache"], answer.Headers.GetValues("Cache-Control"));
        Assert.Equal(["a=1; path=/", "b=2"], answer.Headers.GetValues("Set-Cookie"));
        Assert.Equal(["model-server"], answer.Headers.GetValues("Server"));
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.False(answer.Headers.Contains("X-Accel-Buffering"));
    }

    [Fact]
    public async Task Forward_UpstreamsCookieAndRedirect_AreTheClients()
    {
        var cookies = new List<string>();
        await using var upstream = await Upstream.StartAsync(context =>
        {
            cookies.Add(context.Request.Headers.Cookie.ToString());
            context.Response.Headers.SetCookie = "session=1";
            context.Response.Redirect("/classify");
            return Task.CompletedTask;
        });
        await using var gateway = new RunningGateway(upstream.Address);

        using var first = await gateway.Client.GetAsync("/v1/models/gpt2");
        using var second = await gateway.Client.GetAsync("/v1/models/gpt2");

        Assert.Equal(HttpStatusCode.Found, first.StatusCode);
        Assert.Equal("/classify", first.Headers.Location?.OriginalString);
        Assert.Equal(["", ""], cookies);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/problem+json; charset=utf-8")]
    [InlineData("text/plain")]
    public async Task Forward_HeadOfAnAnswerWithALength_KeepsThatLengthWithoutABody(string contentType)
    {
        await using var upstream = await Upstream.StartAsync(context =>
        {
            (context.Response.ContentType, context.Response.ContentLength) = (contentType, 1234);
            return Task.CompletedTask;
        });
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/info"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1234, answer.Content.Headers.ContentLength);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Forward_GzipBody_PassesByteForByte()
    {
        var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes("""{"object":"list"}"""));
        }
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(compressed.ToArray());
        });
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.GetAsync("/v1/models/gpt2");

        Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
        Assert.Equal(compressed.ToArray(), await answer.Content.ReadAsByteArrayAsync());
    }

    private static Task<Upstream> StartRecordingAsync(Action<HeaderDictionary> record) => Upstream.StartAsync(context =>
    {
        record(Copy(context));
        return Task.CompletedTask;
    });

    // Kestrel takes its own back after the request.
    private static HeaderDictionary Copy(HttpContext context) => new(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));

    private static Task EchoRequestId(HttpContext context)
    {
        var id = context.Request.Headers["x-request-id"];
        context.Response.Headers["x-request-id"] = id;
        return context.Response.WriteAsync(id.ToString());
    }
}
