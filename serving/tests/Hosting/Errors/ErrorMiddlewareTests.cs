using System.Net;
using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Hosting.Errors;

public sealed class ErrorMiddlewareTests
{
    [Theory]
    [InlineData(ErrorKind.InvalidRequest, 400, "invalid_request_error", null)]
    [InlineData(ErrorKind.ContextLengthExceeded, 400, "invalid_request_error", "context_length_exceeded")]
    [InlineData(ErrorKind.ModelNotFound, 404, "invalid_request_error", "model_not_found")]
    [InlineData(ErrorKind.NotFound, 404, "invalid_request_error", null)]
    [InlineData(ErrorKind.MethodNotAllowed, 405, "invalid_request_error", null)]
    [InlineData(ErrorKind.PayloadTooLarge, 413, "invalid_request_error", "payload_too_large")]
    [InlineData(ErrorKind.RequestTimeout, 408, "invalid_request_error", "request_timeout")]
    [InlineData(ErrorKind.Overloaded, 429, "requests", "overloaded")]
    [InlineData(ErrorKind.Internal, 500, "server_error", null)]
    [InlineData(ErrorKind.UpstreamUnavailable, 502, "server_error", "upstream_unavailable")]
    [InlineData(ErrorKind.NotReady, 503, "server_error", "not_ready")]
    [InlineData(ErrorKind.UpstreamTimeout, 504, "server_error", "upstream_timeout")]
    public async Task Answer_ApiException_IsItsRowOfTheTable(ErrorKind kind, int status, string type, string? code)
    {
        await using var service = await RunningService.StartAsync(app => app.MapGet("/", string (HttpContext context) =>
        {
            context.Response.Headers["X-Model-Version"] = "1";
            throw new ApiException(kind, "queue is \"full\": 64 é", "prompt") { RetryAfterSeconds = 3 };
        }));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "x-request-id", "order-66" } } };

        using var answer = await service.Client.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(("queue is \"full\": 64 é", type, "prompt", code), await RunningService.ErrorAsync(answer));
        Assert.Equal(["3"], answer.Headers.GetValues("Retry-After"));
        Assert.Equal(["order-66"], answer.Headers.GetValues("x-request-id"));
        Assert.False(answer.Headers.Contains("X-Model-Version"));
    }

    [Fact]
    public async Task Answer_503WithoutATime_SaysWhenToAskAgain()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGet("/", string () => throw new ApiException(ErrorKind.NotReady, "the server is shutting down")));
        using var answer = await service.Client.GetAsync("/");
        Assert.Equal(["1"], answer.Headers.GetValues("Retry-After"));
    }

    [Fact]
    public void Row_EveryKind_IsInTheTable() =>
        Assert.All(Enum.GetValues<ErrorKind>(), kind => Assert.InRange(ErrorTable.Row(kind).Status, 400, 599));

    [Fact]
    public async Task Answer_UnhandledException_TellsNothingOfIt()
    {
        await using var service = await RunningService.StartAsync(app =>
            app.MapGet("/", string () => throw new InvalidOperationException("secret")));

        using var answer = await service.Client.GetAsync("/");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(
            ("The server had an error while processing your request.", "server_error", null, null),
            await RunningService.ErrorAsync(answer));
        Assert.Single(answer.Headers.GetValues("x-request-id"));
    }

    [Fact]
    public async Task Answer_UnknownPath_Is404()
    {
        await using var service = await RunningService.StartAsync();

        using var answer = await service.Client.PostAsync("/v1/xyz", null);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(("Invalid URL (POST /v1/xyz)", "invalid_request_error", null, null), await RunningService.ErrorAsync(answer));
        Assert.Single(answer.Headers.GetValues("x-request-id"));
    }

    [Fact]
    public async Task Answer_UnknownPathByHead_HasNoBody()
    {
        await using var service = await RunningService.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/v1/xyz");

        using var answer = await service.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Answer_WrongMethod_Is405WithAllow()
    {
        await using var service = await RunningService.StartAsync(app => app.MapPost("/v1/completions", () => "ok"));

        using var answer = await service.Client.GetAsync("/v1/completions");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
        Assert.Equal(
            ("Not allowed to GET /v1/completions; allowed: POST", "invalid_request_error", null, null),
            await RunningService.ErrorAsync(answer));
    }

    [Fact]
    public async Task Answer_HandlersOwn404_IsLeftAlone()
    {
        await using var service = await RunningService.StartAsync(app =>
            app.MapGet("/", () => Results.Text("no such thing", "text/plain", statusCode: 404)));

        using var answer = await service.Client.GetAsync("/");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("no such thing", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Answer_FailsAfterItsStart_BreaksTheConnection()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGet("/", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("half");
            throw new InvalidOperationException("secret");
        }));

        await Assert.ThrowsAsync<HttpRequestException>(() => service.Client.GetStringAsync("/"));
    }

    [Fact]
    public async Task Answer_HandlerCancelsByItself_IsAnError()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGet("/", string () => throw new OperationCanceledException()));

        using var answer = await service.Client.GetAsync("/");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }
}
