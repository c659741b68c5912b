using System.Net;
using System.Text;
using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Hosting.Errors;

public sealed class ErrorFormatsTests
{
    [Theory]
    [InlineData("GET", "/v2", 418, "v2: Not allowed to GET /v2; allowed: POST")]
    [InlineData("POST", "/v2", 422, "v2: no")]
    [InlineData("POST", "/V2/models/x", 404, "v2: Invalid URL (POST /V2/models/x)")]
    [InlineData("GET", "/v2/deep/x", 404, "deep: Invalid URL (GET /v2/deep/x)")]
    [InlineData("GET", "/", 422, "root: no")]
    public async Task Answer_PathWithAFormOfItsOwn_HasIt(string method, string path, int status, string body)
    {
        await using var service = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await service.Client.SendAsync(request);

        Assert.Equal((status, body), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.ToString());
        Assert.Single(answer.Headers.GetValues("x-request-id"));
    }

    [Theory]
    [InlineData("/v2x")]
    [InlineData("/other")]
    public async Task Answer_AnyOtherPath_HasOpenAis(string path)
    {
        await using var service = await StartAsync();
        using var answer = await service.Client.GetAsync(path);
        Assert.Equal($"Invalid URL (GET {path})", (await RunningService.ErrorAsync(answer)).Message);
    }

    [Fact]
    public async Task Answer_HandlerChose_HasTheChosenForm()
    {
        await using var service = await StartAsync();
        using var answer = await service.Client.PostAsync("/", null);
        Assert.Equal("chosen: no", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Answer_BodyTooLarge_HasThePathsForm()
    {
        await using var service = await StartAsync();
        using var answer = await service.Client.PostAsync("/v2", new ByteArrayContent(new byte[5_000_000]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.StartsWith("v2: the body has 5,000,000 bytes", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static Task<RunningService> StartAsync() => RunningService.StartAsync(app =>
    {
        app.UseErrorFormat(new NamedFormat("v2"), "/v2");
        app.UseErrorFormat(new NamedFormat("deep"), "/v2/deep");
        app.UseErrorFormat(new NamedFormat("root"), "/");
        app.MapPost("/v2", string () => throw new ApiException(ErrorKind.InvalidRequest, "no"));
        app.MapGet("/", string () => throw new ApiException(ErrorKind.InvalidRequest, "no"));
        app.MapPost("/", string (HttpContext context) =>
        {
            context.UseErrorFormat(new NamedFormat("chosen"));
            throw new ApiException(ErrorKind.InvalidRequest, "no");
        });
    });

    private sealed class NamedFormat(string name) : ErrorFormat
    {
        public override string ContentType => "text/plain";

        public override int Status(ErrorKind kind) => kind switch
        {
            ErrorKind.InvalidRequest => 422,
            ErrorKind.MethodNotAllowed => 418,
            _ => base.Status(kind),
        };

        public override byte[] Body(ApiException error) => Encoding.UTF8.GetBytes($"{name}: {error.Message}");
    }
}
