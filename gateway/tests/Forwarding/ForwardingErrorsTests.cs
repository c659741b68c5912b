using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Forwarding;

public sealed class ForwardingErrorsTests
{
    [Theory]
    [InlineData("/v1/models/gpt2", "generator")]
    [InlineData("/classify", "classifier")]
    public async Task Forward_UpstreamDown_Answers502NamingIt(string path, string name)
    {
        using var generator = new ClosedPort();
        using var classifier = new ClosedPort();
        await using var gateway = new RunningGateway(generator.Address, classifier.Address);

        using var answer = await gateway.Client.PostAsync(path, new StringContent("{}"));

        var message = await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.BadGateway, "server_error", "upstream_unavailable");
        var address = (name == "generator" ? generator : classifier).Address.AbsoluteUri.TrimEnd('/');
        Assert.Equal($"the {name} at {address} can't be reached", message);
        Assert.Contains(gateway.Warnings, line => line.StartsWith($"try 1 at {address} of {name} failed, Unreachable: Connection refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Forward_UpstreamClosesWithoutAnswer_Answers502()
    {
        await using var upstream = await Upstream.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.GetAsync("/v1/models/gpt2");

        var message = await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.BadGateway, "server_error", "upstream_unavailable");
        Assert.EndsWith(" broke off its answer", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_UpstreamDiesBeforeItsFirstByteOfBody_Answers502WithoutItsHeaders()
    {
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            context.Response.Headers["X-Model-Version"] = "1557429385_v0.01";
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.GetAsync("/v1/models/gpt2");

        await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.BadGateway, "server_error", "upstream_unavailable");
        Assert.False(answer.Headers.Contains("X-Model-Version"));
    }

    [Fact]
    public async Task Forward_UpstreamSpeaksNoHttp_Answers502()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var end = new CancellationTokenSource();
        var answering = Task.Run(async () =>
        {
            // Probes come too.
            while (true)
            {
                using var connection = await listener.AcceptTcpClientAsync(end.Token);
                await connection.GetStream().WriteAsync("SSH-2.0-OpenSSH_9.9\r\n"u8.ToArray(), end.Token);
            }
        });
        await using var gateway = new RunningGateway(new Uri($"http://{listener.LocalEndpoint}"));

        using var answer = await gateway.Client.GetAsync("/v1/completions");

        await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.BadGateway, "server_error", "upstream_unavailable");
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answering);
    }

    [Fact]
    public async Task Forward_UpstreamNeverAnswers_Answers504NamingIt()
    {
        await using var upstream = await Upstream.StartAsync(
            context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Upstreams:ActivityTimeout", "00:00:00.500"));

        using var answer = await gateway.Client.PostAsync("/classify", new StringContent("{}"));

        var message = await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.GatewayTimeout, "server_error", "upstream_timeout");
        Assert.Equal($"the classifier at {upstream.Address.AbsoluteUri.TrimEnd('/')} did not answer in time", message);
    }

    [Theory]
    [InlineData(400, """{"error":{"message":"'n' must be at most 128","type":"invalid_request_error","param":"n","code":null}}""")]
    [InlineData(404, """{"error":{"message":"The model `x` does not exist","type":"invalid_request_error","param":"model","code":"model_not_found"}}""")]
    [InlineData(429, """{"error":{"message":"queue is full","type":"requests","param":null,"code":"overloaded"}}""")]
    [InlineData(500, "not even JSON")]
    [InlineData(502, "")]
    [InlineData(503, "")]
    [InlineData(404, "")]
    public async Task Forward_UpstreamsOwnError_PassesUntouched(int status, string body)
    {
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "7";
            await context.Response.WriteAsync(body);
        });
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        Assert.Equal(["7"], answer.Headers.GetValues("Retry-After"));
        Assert.Null(answer.Content.Headers.ContentType);
    }

    [Theory]
    [InlineData(true, "the request's headers are larger or more than the generator at ")]
    [InlineData(false, "the request's path and query are longer than the generator at ")]
    public async Task Forward_RequestTooLongForTheUpstreamOnly_IsTheCallersMistake(bool headers, string message)
    {
        await using var upstream = await Upstream.StartAsync("{}");
        await using var gateway = new RunningGateway(upstream.Address);
        // Quotes travel as they are, and as %22 to the upstream; 97 headers become more than 100.
        var target = headers ? "/v1/models/gpt2" : "/v1/models/" + new string('"', 8000);
        var more = string.Concat(Enumerable.Range(0, headers ? 97 : 0).Select(i => string.Create(CultureInfo.InvariantCulture, $"X-{i}: 1\r\n")));

        var answer = await gateway.SendRawAsync($"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains($"{{\"error\":{{\"message\":\"{message}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_Connect_IsTheCallersMistake()
    {
        await using var upstream = await Upstream.StartAsync("{}");
        await using var gateway = new RunningGateway(upstream.Address);

        var answer = await gateway.SendRawAsync("CONNECT /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
        Assert.Contains("CONNECT can't be forwarded", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Forward_BodyOverTheLimit_Answers413ThatTheCallerCanRead(bool declared)
    {
        await using var upstream = await Upstream.StartAsync(context => context.Request.Body.CopyToAsync(Stream.Null));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Http:MaxRequestBodyBytes", "2048"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new ByteArrayContent(new byte[10_000_000]) };
        request.Headers.TransferEncodingChunked = !declared;

        using var answer = await gateway.Client.SendAsync(request);

        var message = await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.RequestEntityTooLarge, "invalid_request_error", "payload_too_large");
        var bytes = declared ? "10,000,000" : "more than 2,048";
        Assert.Equal($"the body has {bytes} bytes; this server accepts 2,048 (Http__MaxRequestBodyBytes)", message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Forward_BodyAtTheLimit_ArrivesWhole(bool declared)
    {
        long received = 0;
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received = body.Length;
        });
        await using var gateway = new RunningGateway(upstream.Address, null, ("Http:MaxRequestBodyBytes", "2048"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new ByteArrayContent(new byte[2048]) };
        request.Headers.TransferEncodingChunked = !declared;

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2048, received);
    }

    [Fact]
    public async Task Forward_200RequestsAtOnce_EachGetsItsOwnAnswer()
    {
        await using var generator = await Upstream.StartAsync(context => EchoAsync(context, "generator"));
        await using var classifier = await Upstream.StartAsync(context => EchoAsync(context, "classifier"));
        await using var gateway = new RunningGateway(generator.Address, classifier.Address);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var (path, name) = (i % 3) switch
            {
                0 => ("/v1/completions", "generator"),
                1 => ("/v1/moderations", "classifier"),
                _ => ("/classify", "classifier"),
            };
            // Of very different lengths, so that answers overtake one another.
            var body = string.Create(CultureInfo.InvariantCulture, $"{i} ") + new string('x', i * 137 % 20_000);
            using var answer = await gateway.Client.PostAsync(path, new StringContent(body, Encoding.UTF8));
            return (Expected: $"{name} {path} {body}", Actual: await answer.Content.ReadAsStringAsync());
        }));

        Assert.All(answers, answer => Assert.Equal(answer.Expected, answer.Actual));
    }

    private static async Task EchoAsync(HttpContext context, string name)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        await context.Response.WriteAsync($"{name} {context.Request.Path} {body}");
    }
}
