using System.Net;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Retries;

/// <summary>Waits between the tries at one replica, as its clients see them.</summary>
public sealed class RetryOptionsTests
{
    [Theory]
    [InlineData(null, HttpStatusCode.OK, 2)]
    [InlineData("00:00:00", HttpStatusCode.OK, 2)]
    [InlineData("00:00:10", HttpStatusCode.GatewayTimeout, 1)]
    public async Task BaseDelay_ReplicaFailsOnce_IsAskedAgainAfterIt(string? delay, HttpStatusCode status, int tries)
    {
        var asked = 0;
        await using var upstream = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = ++asked == 1 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            return Task.CompletedTask;
        });
        await using var gateway = new RunningGateway(upstream.Address, null, delay is null ? [] : [("Retries:BaseDelay", delay)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent("{}") };
        if (status == HttpStatusCode.GatewayTimeout)
        {
            // Half of the ten seconds at the least.
            request.Headers.Add("x-request-timeout-ms", "2000");
        }

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal((status, tries), (answer.StatusCode, asked));
    }

    [Theory]
    [InlineData(null, "1", HttpStatusCode.OK)]
    [InlineData(null, "2", HttpStatusCode.TooManyRequests)]
    [InlineData("00:00:00.900", "1", HttpStatusCode.TooManyRequests)]
    [InlineData("00:00:00", "1", HttpStatusCode.TooManyRequests)]
    [InlineData("00:00:00", "0", HttpStatusCode.OK)]
    [InlineData("00:00:02", "2", HttpStatusCode.OK)]
    public async Task MaxRetryAfter_ReplicaIsOverloadedOnce_IsWaitedForUpToIt(string? most, string retryAfter, HttpStatusCode status)
    {
        var asked = 0;
        await using var upstream = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = ++asked == 1 ? StatusCodes.Status429TooManyRequests : StatusCodes.Status200OK;
            context.Response.Headers.RetryAfter = retryAfter;
            return Task.CompletedTask;
        });
        await using var gateway = new RunningGateway(upstream.Address, null, most is null ? [] : [("Retries:MaxRetryAfter", most)]);

        using var answer = await gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));

        Assert.Equal((status, status == HttpStatusCode.OK ? 2 : 1), (answer.StatusCode, asked));
        Assert.Equal([retryAfter], answer.Headers.GetValues("Retry-After"));
    }

    [Theory]
    [InlineData(StatusCodes.Status429TooManyRequests)]
    [InlineData(StatusCodes.Status503ServiceUnavailable)]
    public async Task RetryAfter_LongerThanTheRequestMayTake_IsToldInsteadOfWaitedFor(int status)
    {
        var asked = 0;
        await using var upstream = await Upstream.StartAsync(context =>
        {
            asked++;
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "60";
            return Task.CompletedTask;
        });
        await using var gateway = new RunningGateway(upstream.Address, null, ("Retries:MaxRetryAfter", "00:01:00"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent("{}") };
        request.Headers.Add("x-request-timeout-ms", "30000");

        using var answer = await gateway.Client.SendAsync(request).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal((status, 1), ((int)answer.StatusCode, asked));
        Assert.Equal(["60"], answer.Headers.GetValues("Retry-After"));
    }
}
