using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ElasticSynapse.Serving.Tests.Hosting.Drain;

public sealed class DrainServiceTests
{
    [Fact]
    public async Task Stop_ReadinessDelay_ReadyzFailsWhileRequestsAreStillTaken()
    {
        var time = new HeldTime();
        await using var service = await RunningService.StartAsync(
            app => app.MapGet("/hello", () => "hello"),
            services => services.AddSingleton<TimeProvider>(time),
            ("Drain:ReadinessDelay", "00:05:00"));
        using (var ready = await service.Client.GetAsync("/readyz"))
        {
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        }

        var stopping = service.App.StopAsync();
        var delay = await time.Waiting.WaitAsync(RunningService.Patience);

        using var readyz = await service.Client.GetAsync("/readyz");
        Assert.Equal(TimeSpan.FromMinutes(5), delay);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, readyz.StatusCode);
        Assert.Equal("""{"status":"not ready","failing":{"drain":"draining"}}""", await readyz.Content.ReadAsStringAsync());
        using var livez = await service.Client.GetAsync("/livez");
        Assert.Equal(HttpStatusCode.OK, livez.StatusCode);
        Assert.Equal("hello", await service.Client.GetStringAsync("/hello"));

        time.Release();
        await stopping.WaitAsync(RunningService.Patience);
        await Assert.ThrowsAsync<HttpRequestException>(() => service.Client.GetAsync("/livez"));
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

    /// <summary>A clock whose one timer goes off when the test says so.</summary>
    private sealed class HeldTime : TimeProvider
    {
        private readonly TaskCompletionSource<TimeSpan> _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Action? _callback;

        /// <summary>How long the code under test wants to wait, once it does.</summary>
        public Task<TimeSpan> Waiting => _waiting.Task;

        public void Release() => _callback!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = () => callback(state);
            _waiting.SetResult(dueTime);
            return new HeldTimer();
        }

        private sealed class HeldTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
