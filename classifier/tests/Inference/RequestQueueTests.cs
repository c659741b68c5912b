using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Serving.Hosting.Requests;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Classifier.Tests.Inference;

public sealed class RequestQueueTests
{
    private readonly RequestQueue _queue = new();

    [Fact]
    public void TryTake_SeveralRequests_OneSequenceOfEachInTurn()
    {
        QueuedRequest[] requests = [Request(3), Request(1), Request(2)];
        Assert.All(requests, _queue.Add);
        Assert.Equal(6, _queue.Waiting);

        var taken = new List<(int Request, int Sequence)>();
        while (_queue.Waiting > 0 && _queue.TryTake(out var request, out var sequence))
        {
            taken.Add((Array.IndexOf(requests, request), sequence));
        }

        Assert.Equal([(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2)], taken);
    }

    [Fact]
    public void TryTake_CallerGoneOrDeadlinePassed_DropsTheWholeRequest()
    {
        using var caller = new CancellationTokenSource();
        var time = new ManualTime();
        var last = Request(1);
        _queue.Add(Request(2, caller: caller.Token));
        _queue.Add(Request(3, Expiring(time, milliseconds: 50)));
        _queue.Add(last);

        caller.Cancel();
        time.Advance(TimeSpan.FromMilliseconds(50));

        Assert.True(_queue.TryTake(out var request, out _));
        Assert.Same(last, request);
        Assert.Equal(0, _queue.Waiting);
    }

    [Fact]
    public void TryTake_Closed_ReturnsFalse()
    {
        _queue.Add(Request(1));

        _queue.Close();

        Assert.False(_queue.TryTake(out _, out _));
        Assert.Equal(0, _queue.Waiting);
    }

    private static Deadline Expiring(TimeProvider time, int milliseconds)
    {
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        context.Request.Headers[Deadline.Header] = milliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Deadline.Of(context, time);
    }

    private static QueuedRequest Request(int sequences, Deadline? deadline = null, CancellationToken caller = default) =>
        new([.. Enumerable.Repeat(new TokenSequence([2, 3]), sequences)], deadline ?? Deadline.None, caller);
}
