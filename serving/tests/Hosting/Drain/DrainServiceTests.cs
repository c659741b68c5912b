using System.Net;
using ElasticSynapse.Serving.Hosting.Drain;
using ElasticSynapse.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ElasticSynapse.Serving.Tests.Hosting.Drain;

public sealed class DrainServiceTests
{
    [Fact]
    public async Task Stop_ReadinessDelay_ReadyzFailsWhileRequestsAreStillTaken()
    {
        var time = new ManualTime();
        await using var service = await RunningService.StartAsync(
            app => app.MapGet("/hello", () => "hello"),
            services => services.AddSingleton<TimeProvider>(time),
            ("Drain:ReadinessDelay", "00:05:00"));
        using (var ready = await service.Client.GetAsync("/readyz"))
        {
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        }

        var stopping = service.App.StopAsync();
        await time.WaitForTimerAsync(TimeSpan.FromMinutes(5), RunningService.Patience);
        time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));

        using var readyz = await service.Client.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, readyz.StatusCode);
        Assert.Equal(["1"], readyz.Headers.GetValues("Retry-After"));
        Assert.Equal("""{"status":"not ready","failing":{"drain":"draining"}}""", await readyz.Content.ReadAsStringAsync());
        using var livez = await service.Client.GetAsync("/livez");
        Assert.Equal(HttpStatusCode.OK, livez.StatusCode);
        Assert.Equal("hello", await service.Client.GetStringAsync("/hello"));

        time.Advance(TimeSpan.FromTicks(1));
        await stopping.WaitAsync(RunningService.Patience);
        await Assert.ThrowsAsync<HttpRequestException>(() => service.Client.GetAsync("/livez"));
    }

    [Theory]
    [InlineData("/hello", HttpStatusCode.OK)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    public async Task Stop_ReadinessDelay_AnswersAreTheirConnectionsLast(string path, HttpStatusCode status)
    {
        var time = new ManualTime();
        await using var service = await RunningService.StartAsync(
            app => app.MapGet("/hello", () => "hello"),
            services => services.AddSingleton<TimeProvider>(time),
            ("Drain:ReadinessDelay", "00:05:00"));
        using (var before = await service.Client.GetAsync(path))
        {
            Assert.NotEqual(true, before.Headers.ConnectionClose);
        }

        var stopping = service.App.StopAsync();
        await time.WaitForTimerAsync(TimeSpan.FromMinutes(5), RunningService.Patience);

        using (var draining = await service.Client.GetAsync(path))
        {
            Assert.Equal(status, draining.StatusCode);
            Assert.True(draining.Headers.ConnectionClose);
        }
        time.Advance(TimeSpan.FromMinutes(5));
        await stopping.WaitAsync(RunningService.Patience);
    }

    [Fact]
    public async Task Stop_RequestInFlight_Finishes()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var service = await RunningService.StartAsync(app => app.MapGet("/slow", async () =>
        {
            arrived.SetResult();
            await release.Task;
            return "whole";
        }));
        var answering = service.Client.GetStringAsync("/slow");
        await arrived.Task.WaitAsync(RunningService.Patience);

        var stopping = service.App.StopAsync();
        Assert.False(stopping.IsCompleted);
        release.SetResult();

        Assert.Equal("whole", await answering);
        await stopping.WaitAsync(RunningService.Patience);
    }

    [Fact]
    public async Task Stop_RequestOutlastsTheGracePeriod_IsToldWhenItEnds()
    {
        var time = new ManualTime();
        var arrived = new TaskCompletionSource();
        await using var service = await RunningService.StartAsync(
            app => app.MapGet("/slow", async (IGracePeriod grace) =>
            {
                var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var registration = grace.Ended.Register(ended.SetResult);
                arrived.SetResult();
                await ended.Task;
                return "cut short";
            }),
            services => services.AddSingleton<TimeProvider>(time),
            ("Drain:GracePeriod", "00:01:00"));
        var answering = service.Client.GetStringAsync("/slow");
        await arrived.Task.WaitAsync(RunningService.Patience);

        var stopping = service.App.StopAsync();
        await time.WaitForTimerAsync(TimeSpan.FromMinutes(1), RunningService.Patience);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(answering.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("cut short", await answering);
        await stopping.WaitAsync(RunningService.Patience);
    }
}
