using ElasticSynapse.Gateway.Admission;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Gateway.Tests.Admission;

public sealed class ModelGateTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Enter_MoreThanRun_WaitTheirTurnInOrder()
    {
        var gate = Gate(new AdmissionOptions { MaxRunning = 1 });
        await Enter(gate, "ada");
        var (second, third) = (Enter(gate, "ada"), Enter(gate, "ada"));
        Assert.Equal((1, 2), (gate.Running, gate.Queued));

        gate.Leave("ada");
        await second;
        Assert.False(third.IsCompleted);
        gate.Leave("ada");
        await third;
        gate.Leave("ada");

        Assert.Equal((0, 0), (gate.Running, gate.Queued));
    }

    [Fact]
    public async Task Enter_OneCallerSendsHundreds_TheOthersWaitForOneEach()
    {
        var gate = Gate(new AdmissionOptions { MaxRunning = 1, MaxQueuedPerCaller = 200 });
        await Enter(gate, "greedy");
        var order = new List<string>();
        var waiting = new List<Task>();
        for (var i = 0; i < 100; i++)
        {
            waiting.Add(Enter(gate, "greedy"));
        }
        waiting.Add(Enter(gate, "ada"));
        waiting.Add(Enter(gate, "bob"));
        waiting.Add(Enter(gate, "ada"));
        var names = Enumerable.Repeat("greedy", 100).Concat(["ada", "bob", "ada"]).ToArray();

        var last = "greedy";
        for (var i = 0; i < 6; i++)
        {
            gate.Leave(last);
            var turn = waiting.IndexOf(await Task.WhenAny(waiting));
            last = names[turn];
            order.Add(last);
            waiting[turn] = new TaskCompletionSource().Task;
        }

        Assert.Equal(["greedy", "ada", "bob", "greedy", "ada", "greedy"], order);
    }

    [Fact]
    public async Task Enter_QueueFull_SaysWhichBoundAndWhenToComeBack()
    {
        var gate = Gate(new AdmissionOptions { MaxRunning = 1, MaxQueued = 2, MaxQueuedPerCaller = 1 });
        await Enter(gate, "ada");
        // One request in two seconds leaves; so the rate is half a request a second.
        _ = Enter(gate, "ada");
        _time.Advance(TimeSpan.FromSeconds(2));
        gate.Leave("ada");
        _ = Enter(gate, "ada");

        var callers = await Assert.ThrowsAsync<AdmissionException>(() => Enter(gate, "ada"));
        Assert.Equal("caller_queue", callers.Reason);
        Assert.Equal("1 requests of this caller are waiting for gpt2; Admission__MaxQueuedPerCaller is 1", callers.Error.Message);
        _ = Enter(gate, "bob");
        var models = await Assert.ThrowsAsync<AdmissionException>(() => Enter(gate, "eve"));
        Assert.Equal("model_queue", models.Reason);
        Assert.Equal("1 requests of gpt2 are running and 2 are waiting; Admission__MaxQueued is 2", models.Error.Message);
        Assert.Equal(6, models.Error.RetryAfterSeconds);
    }

    [Fact]
    public async Task Enter_BurstAfterOneAtATime_DoesNotTakeTheirPaceForTheModels()
    {
        var gate = Gate(new AdmissionOptions { MaxRunning = 4, MaxQueued = 40 });
        for (var i = 0; i < 5; i++)
        {
            await Enter(gate, "ada");
            _time.Advance(TimeSpan.FromSeconds(3));
            gate.Leave("ada");
        }
        for (var i = 0; i < 44; i++)
        {
            _ = Enter(gate, "ada");
        }

        Assert.Equal(1, (await Assert.ThrowsAsync<AdmissionException>(() => Enter(gate, "ada"))).Error.RetryAfterSeconds);
        // Four together leave in four seconds.
        _time.Advance(TimeSpan.FromSeconds(4));
        for (var i = 0; i < 4; i++)
        {
            gate.Leave("ada");
            _ = Enter(gate, "ada");
        }
        Assert.Equal(41, (await Assert.ThrowsAsync<AdmissionException>(() => Enter(gate, "ada"))).Error.RetryAfterSeconds);
    }

    [Fact]
    public async Task Enter_WaitsTooLong_IsRefusedAndLeavesTheQueue()
    {
        var gate = Gate(new AdmissionOptions { MaxRunning = 1, MaxWait = TimeSpan.FromSeconds(30) });
        await Enter(gate, "ada");
        var waiting = Enter(gate, "ada");

        _time.Advance(TimeSpan.FromSeconds(31));

        var refusal = await Assert.ThrowsAsync<AdmissionException>(() => waiting);
        Assert.Equal("queue_wait", refusal.Reason);
        Assert.Equal((1, 0), (gate.Running, gate.Queued));
    }

    [Fact]
    public async Task Enter_CallerLeavesWhileWaiting_TakesNobodysTurn()
    {
        var gate = Gate(new AdmissionOptions { MaxRunning = 1 });
        await Enter(gate, "ada");
        using var leaves = new CancellationTokenSource();
        var gone = gate.EnterAsync("bob", Long, leaves.Token);
        var next = Enter(gate, "eve");

        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        gate.Leave("ada");

        await next;
        Assert.Equal((1, 0), (gate.Running, gate.Queued));
    }

    [Fact]
    public async Task Enter_CallerAtItsOwnBound_OthersPassIt()
    {
        var gate = Gate(new AdmissionOptions { MaxRunning = 3, MaxRunningPerCaller = 1 });
        await Enter(gate, "ada");
        var waiting = Enter(gate, "ada");
        await Enter(gate, "bob");
        Assert.False(waiting.IsCompleted);

        gate.Leave("bob");
        Assert.False(waiting.IsCompleted);
        gate.Leave("ada");
        await waiting;
    }

    private ModelGate Gate(AdmissionOptions options) => new("gpt2", options, _time);

    private static Task Enter(ModelGate gate, string caller) => gate.EnterAsync(caller, Long, CancellationToken.None);
}
