using System.Diagnostics;
using System.Net;
using System.Text;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Faults;

/// <summary>The time that a request has in all, its caller's own and the gateway's.</summary>
public sealed class DeadlineTests
{
    private const string Answer = """{"choices":[{"text":"whole"}]}""";

    [Fact]
    public async Task Deadline_CallersOwn_EndsTheRequestAndIsPassedOn()
    {
        var left = "";
        await using var slow = await Upstream.StartAsync(async context =>
        {
            left = context.Request.Headers["x-request-timeout-ms"].ToString();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, slow.Address));
        await using var gateway = new RunningGateway(catalogue);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = Prompt("x"), Headers = { { "x-request-timeout-ms", "300" } } };

        var start = Stopwatch.GetTimestamp();
        using var answer = await gateway.Client.SendAsync(request);

        var message = await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.GatewayTimeout, "server_error", "deadline_exceeded");
        Assert.StartsWith("the request was not done within 300 ms (x-request-timeout-ms, Deadlines__Request): it ended at the generator at ", message, StringComparison.Ordinal);
        Assert.InRange(int.Parse(left, System.Globalization.CultureInfo.InvariantCulture), 1, 300);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.3, 20);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("10000")]
    public async Task Deadline_TheGateways_EndsTheRequestWhateverItsCallerAllows(string? callers)
    {
        var left = "";
        await using var slow = await Upstream.StartAsync(async context =>
        {
            left = context.Request.Headers["x-request-timeout-ms"].ToString();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await using var gateway = new RunningGateway(slow.Address, null, ("Deadlines:Request", "00:00:00.300"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = Prompt("x") };
        if (callers is not null)
        {
            request.Headers.Add("x-request-timeout-ms", callers);
        }

        using var answer = await gateway.Client.SendAsync(request);

        var message = await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.GatewayTimeout, "server_error", "deadline_exceeded");
        Assert.StartsWith("the request was not done within 300 ms (x-request-timeout-ms, Deadlines__Request): it ended at the generator at ", message, StringComparison.Ordinal);
        Assert.InRange(int.Parse(left, System.Globalization.CultureInfo.InvariantCulture), 1, 300);
    }

    [Fact]
    public async Task Deadline_PassesInAStream_LeavesTheLastWordToTheReplica()
    {
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            var left = int.Parse(context.Request.Headers["x-request-timeout-ms"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: one\n\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(left + 100), TimeProvider.System, context.RequestAborted);
            await context.Response.WriteAsync("data: too late\n\n");
        });
        await using var gateway = new RunningGateway(upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = Prompt("x"), Headers = { { "x-request-timeout-ms", "4000" } } };

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal("data: one\n\ndata: too late\n\n", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Deadline_PassesInAStreamThatGoesOn_CutsIt()
    {
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: one\n\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await using var gateway = new RunningGateway(upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = Prompt("x"), Headers = { { "x-request-timeout-ms", "4000" } } };

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.Client.SendAsync(request));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("1.5")]
    public async Task Deadline_NoWholeNumber_IsTheCallersMistake(string value)
    {
        await using var upstream = await Upstream.StartAsync(AnswerAsync);
        await using var gateway = new RunningGateway(upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = Prompt("x"), Headers = { { "x-request-timeout-ms", value } } };

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal(
            $"the header x-request-timeout-ms is '{value}'; accepted: a whole number of milliseconds from 1 to 86,400,000",
            await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.BadRequest, "invalid_request_error", null));
    }

    private static StringContent Prompt(string text) => new($$"""{"prompt":"{{text}}"}""", Encoding.UTF8, "application/json");

    private static Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(Answer);
    }
}
