using System.IO.Compression;
using System.Net;
using System.Text;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ElasticSynapse.Gateway.Tests.Requests;

public sealed class PassThroughTests
{
    [Theory]
    [InlineData("POST", "/v1/completions", "generator")]
    [InlineData("POST", "/v1/completions?trace=1&name=a%20b", "generator")]
    [InlineData("GET", "/v1/models/gpt2", "generator")]
    [InlineData("GET", "/v1/models/openai-community%2Fgpt2", "generator")]
    [InlineData("GET", "/v1/models/caf%C3%A9%20au%20lait", "generator")]
    [InlineData("GET", "/v1/models/gpt2/versions/1", "generator")]
    [InlineData("GET", "/v1/models/gpt2/metadata", "generator")]
    [InlineData("POST", "/v1/models/gpt2:predict", "generator")]
    [InlineData("POST", "/v1/models/gpt2/versions/1:predict", "generator")]
    [InlineData("POST", "/v2/models/gpt2/infer", "generator")]
    [InlineData("POST", "/v2/models/gpt2/versions/1/generate_stream", "generator")]
    [InlineData("GET", "/v2", "generator")]
    [InlineData("GET", "/", "generator")]
    [InlineData("GET", "/?length=10&prefix=a%20b", "generator")]
    [InlineData("POST", "/", "generator")]
    [InlineData("HEAD", "/hello", "generator")]
    [InlineData("POST", "/text-generation/generate", "generator")]
    [InlineData("POST", "/generate", "generator")]
    [InlineData("POST", "/generate_stream", "generator")]
    [InlineData("GET", "/info", "generator")]
    [InlineData("GET", "/health", "generator")]
    [InlineData("GET", "/ping", "generator")]
    [InlineData("POST", "/invocations", "classifier")]
    [InlineData("POST", "/pipeline/text-classification", "classifier")]
    [InlineData("POST", "/tokenize", "generator")]
    [InlineData("POST", "/detokenize", "generator")]
    [InlineData("POST", "/predict", "generator")]
    [InlineData("POST", "/touch", "generator")]
    [InlineData("GET", "/docs", "generator")]
    [InlineData("GET", "/docs/page.css", "generator")]
    [InlineData("GET", "/swagger.json", "generator")]
    [InlineData("POST", "/classify", "classifier")]
    [InlineData("POST", "/v1/moderations", "classifier")]
    public async Task Forward_KnownPath_ReachesItsUpstreamUnchanged(string method, string target, string upstream)
    {
        await using var generator = await Upstream.StartAsync(context => context.Response.WriteAsync("generator " + Seen(context)));
        await using var classifier = await Upstream.StartAsync(context => context.Response.WriteAsync("classifier " + Seen(context)));
        await using var gateway = new RunningGateway(generator.Address, classifier.Address);

        using var answer = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), target));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(method == "HEAD" ? "" : $"{upstream} {method} {target}", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Forward_CompressedBody_IsOpenedToReadItsModel()
    {
        await using var one = await Upstream.StartAsync(async context => await context.Response.WriteAsync(
            $"{context.Request.Headers.ContentEncoding}|{await new StreamReader(context.Request.Body).ReadToEndAsync()}"));
        await using var other = await Upstream.StartAsync("the other version");
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 0, one.Address), new FileVersion("2_v1", 100, other.Address));
        await using var gateway = new RunningGateway(catalogue);
        const string body = """{"model":"gpt2@1_v1","prompt":"Ä"}""";
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(body));
        }
        using var content = new ByteArrayContent(compressed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");

        using var answer = await gateway.Client.PostAsync("/v1/completions", content);

        Assert.Equal("|" + body, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET", "/v1")]
    [InlineData("POST", "/v1/completions/more")]
    [InlineData("GET", "/models/")]
    [InlineData("DELETE", "/classify/all")]
    public async Task Forward_UnknownPath_AnswersNotFoundWithoutAskingAnUpstream(string method, string target)
    {
        await using var upstream = await Upstream.StartAsync("reached");
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), target));

        var message = await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.NotFound, "invalid_request_error", null);
        Assert.Equal($"Invalid URL ({method} {target})", message);
    }

    [Fact]
    public async Task Forward_UnknownPathOfOpenInference_HasItsForm()
    {
        await using var upstream = await Upstream.StartAsync("reached");
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.PostAsync("/v2/repository/models/gpt2/load", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("""{"error":"Invalid URL (POST /v2/repository/models/gpt2/load)"}""", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/v2/health/live")]
    [InlineData("/livez")]
    public async Task Own_Head_IsAnsweredAsGetWithoutTheBody(string path)
    {
        await using var upstream = await Upstream.StartAsync("reached");
        await using var gateway = new RunningGateway(upstream.Address);
        using var get = await gateway.Client.GetAsync(path);

        using var head = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("POST", "/v1/models", "GET", """{"error":{"message":"Not allowed to POST /v1/models; allowed: GET","type":"invalid_request_error","param":null,"code":null}}""")]
    [InlineData("HEAD", "/v2/repository/index", "POST", "")]
    [InlineData("DELETE", "/v2/models", "GET", """{"error":"Not allowed to DELETE /v2/models; allowed: GET"}""")]
    [InlineData("POST", "/v2/health/live", "GET", """{"error":"Not allowed to POST /v2/health/live; allowed: GET"}""")]
    [InlineData("POST", "/v2/health/ready", "GET", """{"error":"Not allowed to POST /v2/health/ready; allowed: GET"}""")]
    [InlineData("GET", "/v2/repository/index", "POST", """{"error":"Not allowed to GET /v2/repository/index; allowed: POST"}""")]
    public async Task Own_WrongMethod_SaysWhichIsAllowed(string method, string path, string allowed, string body)
    {
        await using var upstream = await Upstream.StartAsync("reached");
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal([allowed], answer.Content.Headers.Allow);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Forward_WrongMethod_IsTheUpstreamsToRefuse()
    {
        await using var upstream = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = 405;
            context.Response.Headers.Allow = "POST";
            return context.Response.WriteAsync("only POST");
        });
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.GetAsync("/v1/completions");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
        Assert.Equal("only POST", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Forward_AddressWithPath_PutsItInFront()
    {
        await using var upstream = await Upstream.StartAsync(context => context.Response.WriteAsync(Seen(context)));
        await using var gateway = new RunningGateway(new Uri(upstream.Address, "/team-a/"));

        Assert.Equal("GET /team-a/v1/models/gpt2", await gateway.Client.GetStringAsync("/v1/models/gpt2"));
    }

    [Theory]
    [InlineData("GET /v1/models/%zz HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n", null)]
    [InlineData("GET /v1/models/%00 HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n", "400")]
    [InlineData("GET v1/models HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n", "400")]
    [InlineData("GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n", "400")]
    [InlineData("GET /v1/models HTTP/9.9\r\nHost: gateway\r\n\r\n", "505")]
    [InlineData("GET /../../etc/passwd HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n", "404")]
    [InlineData("GET /v1//models HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n", "404")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n", "404")]
    [InlineData("CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\nConnection: close\r\n\r\n", "405")]
    [InlineData("GET http://gateway/v1/models HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n", "200")]
    [InlineData("POST /classify HTTP/1.1\r\nHost: gateway\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n", null)]
    [InlineData("POST /classify HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nno size\r\n", "400")]
    public async Task Forward_OddRequest_IsAnsweredWithoutStackTrace(string request, string? status)
    {
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync("ok");
        });
        await using var gateway = new RunningGateway(upstream.Address);

        var answer = await gateway.SendRawAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.False(answer.StartsWith("HTTP/1.1 500", StringComparison.Ordinal), answer);
        Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
    }

    // The target as it stood on the request line.
    private static string Seen(HttpContext context) =>
        $"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}";
}
