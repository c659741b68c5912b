using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Classifier.Tests.Inference;

public sealed class RequestQueueTests
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly RequestQueue _queue = new(BatchPolicy.Alone);

    [Fact]
    public void TryTake_SeveralRequests_OneSequenceOfEachInTurn()
    {
        QueuedRequest[] requests = [Some(3), Some(1), Some(2)];
        Assert.All(requests, _queue.Add);
        Assert.Equal(6, _queue.Waiting);

        var taken = new List<(int Request, int Sequence)>();
        while (_queue.Waiting > 0 && _queue.TryTake(out var batch))
        {
            var one = Assert.Single(batch);
            taken.Add((Array.IndexOf(requests, one.Request), one.Index));
        }

        Assert.Equal([(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2)], taken);
    }

    [Fact]
    public void TryTake_CallerGoneOrDeadlinePassed_DropsTheWholeRequest()
    {
        using var caller = new CancellationTokenSource();
        var time = new ManualTime();
        var last = Some(1);
        _queue.Add(Some(2, caller: caller.Token));
        _queue.Add(Some(3, Expiring(time, milliseconds: 50)));
        _queue.Add(last);

        caller.Cancel();
        time.Advance(TimeSpan.FromMilliseconds(50));

        Assert.True(_queue.TryTake(out var batch));
        Assert.Same(last, Assert.Single(batch).Request);
        Assert.Equal(0, _queue.Waiting);
    }

    [Fact]
    public void TryTake_Closed_ReturnsFalse()
    {
        _queue.Add(Some(1));

        _queue.Close();

        Assert.False(_queue.TryTake(out _));
        Assert.Equal(0, _queue.Waiting);
    }

    [Fact]
    public void TryTake_Batches_TakesWhatFitsAndLeavesTheRestInTurn()
    {
        var queue = new RequestQueue(new BatchPolicy(40, TimeSpan.Zero));
        QueuedRequest[] requests = [Request(10, 30, 10), Request(9), Request(10, 10)];
        Assert.All(requests, queue.Add);

        var taken = new List<string>();
        while (queue.Waiting > 0 && queue.TryTake(out var batch))
        {
            taken.Add(string.Join(' ', batch.Select(queued => $"{Array.IndexOf(requests, queued.Request)}.{queued.Index}").Order()));
        }

        Assert.Equal(["0.0 0.2 2.0 2.1", "1.0", "0.1"], taken);
    }

    [Fact]
    public void TryTake_BatchesAndCallersGone_RunsOnlyWhatSomebodyWaitsFor()
    {
        var queue = new RequestQueue(new BatchPolicy(1_000, TimeSpan.Zero));
        using var caller = new CancellationTokenSource();
        var first = Request(10, 500);
        queue.Add(first);
        queue.Add(new QueuedRequest([new TokenSequence(new int[10]), new TokenSequence(new int[500])], Deadline.None, caller.Token));
        Assert.True(queue.TryTake(out var batch)); // 10 and 10; 500 and 500 stand in line
        Assert.Equal(2, batch.Length);

        caller.Cancel();

        Assert.True(queue.TryTake(out batch));
        var last = Assert.Single(batch);
        Assert.Equal((first, 1), (last.Request, last.Index));
        Assert.Equal(0, queue.Waiting);
    }

    [Fact]
    public void TryTake_MoreThanTheLineHolds_DropsAllOfARequestThatIsOver()
    {
        var queue = new RequestQueue(new BatchPolicy(100_000, TimeSpan.Zero));
        using var caller = new CancellationTokenSource();
        queue.Add(Request(500));
        queue.Add(new QueuedRequest([.. Enumerable.Repeat(new TokenSequence([2, 3]), 2 * BatchChoice.Window)], Deadline.None, caller.Token));
        Assert.True(queue.TryTake(out var batch)); // alone: nothing else is of its length
        Assert.Single(batch);
        Assert.Equal(2 * BatchChoice.Window, queue.Waiting);

        caller.Cancel();
        queue.Add(Request(7));

        Assert.True(queue.TryTake(out batch));
        Assert.Equal(7, Assert.Single(batch).Sequence.Length);
        Assert.Equal(0, queue.Waiting);
    }

    [Fact]
    public async Task TryTake_RunWithRoom_WaitsForMoreUntilItIsFull()
    {
        var queue = new RequestQueue(new BatchPolicy(20, Never));
        queue.Add(Request(10));
        var taking = Task.Run(() => queue.TryTake(out var batch) ? batch : null);

        queue.Add(Request(10));

        Assert.Equal(2, (await taking.WaitAsync(Patience.Limit))!.Length);
    }

    [Fact]
    public async Task TryTake_RunWithRoomAndNobodyElse_RunsAfterTheDelay()
    {
        var queue = new RequestQueue(new BatchPolicy(20, TimeSpan.FromMilliseconds(1.5)));
        queue.Add(Request(10));

        var batch = await Task.Run(() => queue.TryTake(out var batch) ? batch : null).WaitAsync(Patience.Limit);

        Assert.Single(batch!);
    }

    [Fact]
    public async Task Close_WaitingForMore_SendsTheWorkerHomeAndFailsWhatWaits()
    {
        var queue = new RequestQueue(new BatchPolicy(20, Never));
        var request = Request(10);
        queue.Add(request);
        var taking = Task.Run(() => queue.TryTake(out _));

        queue.Close();

        Assert.False(await taking.WaitAsync(Patience.Limit));
        Assert.Equal(ErrorKind.NotReady, (await Assert.ThrowsAsync<ApiException>(() => request.Logits)).Kind);
    }

    private static Deadline Expiring(TimeProvider time, int milliseconds)
    {
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        context.Request.Headers[Deadline.Header] = milliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Deadline.Of(context, time);
    }

    private static QueuedRequest Some(int sequences, Deadline? deadline = null, CancellationToken caller = default) =>
        new([.. Enumerable.Repeat(new TokenSequence([2, 3]), sequences)], deadline ?? Deadline.None, caller);

    private static QueuedRequest Request(params int[] lengths) =>
        new([.. lengths.Select(length => new TokenSequence(new int[length]))], Deadline.None, CancellationToken.None);
}
