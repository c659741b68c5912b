using System.Diagnostics.Metrics;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Telemetry;
using ElasticSynapse.Serving.Hosting.Drain;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.Extensions.DependencyInjection;

namespace ElasticSynapse.Classifier.Tests.Inference;

public sealed class InferenceWorkersTests : IAsyncDisposable
{
    private const int Broken = 99;

    private readonly HeldRunner _runner = new(labels: 1) { FailsOn = Broken };
    private readonly Grace _grace = new();
    private readonly RequestQueue _queue = new(BatchPolicy.Alone);
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly InferenceWorkers _workers;

    public InferenceWorkersTests() => _workers = Workers(_queue);

    public async ValueTask DisposeAsync()
    {
        _runner.LetGo();
        await _workers.StopAsync(default);
        await _services.DisposeAsync();
        _grace.Dispose();
    }

    [Fact]
    public async Task Run_CallerGoneWhileWaiting_IsSkipped()
    {
        using var caller = new CancellationTokenSource();
        var first = Add([1]);
        var gone = Add([2, 3], caller: caller.Token);
        var last = Add([4]);
        await _workers.StartAsync(default);
        await _runner.BegunAsync();

        await caller.CancelAsync();
        _runner.LetGo();

        Assert.Equal([[1f]], await first.Logits.WaitAsync(Patience.Limit));
        Assert.Equal([[4f]], await last.Logits.WaitAsync(Patience.Limit));
        Assert.False(gone.Logits.IsCompleted);
        Assert.Equal([1, 4], _runner.Ran);
        Assert.Equal(0, _queue.Waiting);
    }

    [Fact]
    public async Task Run_OneFails_FailsItsOwnRequestAndSkipsTheRestOfIt()
    {
        var failing = Add([Broken, 2, 3]);
        var good = Add([4, 5]);
        await _workers.StartAsync(default);
        _runner.LetGo();

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => failing.Logits.WaitAsync(Patience.Limit));
        Assert.Equal("the run failed", exception.Message);
        Assert.Equal([[4f], [5f]], await good.Logits.WaitAsync(Patience.Limit));
        Assert.Equal([Broken, 4, 5], _runner.Ran);
        Assert.Equal(0, _queue.Waiting);
    }

    [Fact]
    public async Task Run_OneTextBehindAManyTextRequest_IsNextInTurn()
    {
        var many = Add([1, 2, 3, 4]);
        var one = Add([9]);
        await _workers.StartAsync(default);
        _runner.LetGo();

        Assert.Equal([[1f], [2f], [3f], [4f]], await many.Logits.WaitAsync(Patience.Limit));
        Assert.Equal([[9f]], await one.Logits.WaitAsync(Patience.Limit));
        Assert.Equal([1, 9, 2, 3, 4], _runner.Ran);
    }

    [Fact]
    public async Task Stop_RequestsStillWaiting_FailAsNotReady()
    {
        var running = Add([1]);
        var waiting = Add([2]);
        await _workers.StartAsync(default);
        await _runner.BegunAsync();

        _queue.Close();
        _runner.LetGo();
        await _workers.StopAsync(default);

        Assert.Equal([[1f]], await running.Logits.WaitAsync(Patience.Limit));
        var error = await Assert.ThrowsAsync<ApiException>(() => waiting.Logits.WaitAsync(Patience.Limit));
        Assert.Equal(ErrorKind.NotReady, error.Kind);
        Assert.Equal(ErrorKind.NotReady, Assert.Throws<ApiException>(() => Add([3])).Kind);
    }

    [Fact]
    public async Task GraceEnds_RequestsStillWaiting_FailAsNotReadyAtOnce()
    {
        var running = Add([1]);
        var waiting = Add([2]);
        await _workers.StartAsync(default);
        await _runner.BegunAsync();

        await _grace.EndAsync();

        var error = await Assert.ThrowsAsync<ApiException>(() => waiting.Logits.WaitAsync(Patience.Limit));
        Assert.Equal(ErrorKind.NotReady, error.Kind);
        _runner.LetGo();
        Assert.Equal([[1f]], await running.Logits.WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task Run_BatchFails_EachRunsByItselfAndOnlyTheCulpritsRequestFails()
    {
        var queue = new RequestQueue(new BatchPolicy(1_000, TimeSpan.Zero));
        var good = Add([1, 2], queue);
        var failing = Add([Broken, 3], queue);
        var workers = Workers(queue);
        await workers.StartAsync(default);
        _runner.LetGo();

        Assert.Equal([[1f], [2f]], await good.Logits.WaitAsync(Patience.Limit));
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => failing.Logits.WaitAsync(Patience.Limit));
        Assert.Equal("the run failed", exception.Message);
        await workers.StopAsync(default);
        Assert.Equal([[1, Broken, 2, 3], [1], [Broken], [2]], _runner.Runs);
    }

    private InferenceWorkers Workers(RequestQueue queue)
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        return new InferenceWorkers(
            new WorkerCount(1), () => _runner, queue, new LogitsCache(0), new ClassifierMetrics(meters, ["toxic"]), new RequestMetrics(meters), _grace);
    }

    // A sequence is [CLS], the token that tells them apart, [SEP].
    private QueuedRequest Add(int[] texts, RequestQueue? queue = null, CancellationToken caller = default)
    {
        var request = new QueuedRequest([.. texts.Select(token => new TokenSequence([2, token, 3]))], Deadline.None, caller);
        (queue ?? _queue).Add(request);
        return request;
    }

    private sealed class Grace : IGracePeriod, IDisposable
    {
        private readonly CancellationTokenSource _ended = new();

        public CancellationToken Ended => _ended.Token;

        public Task EndAsync() => _ended.CancelAsync();

        public void Dispose() => _ended.Dispose();
    }
}
