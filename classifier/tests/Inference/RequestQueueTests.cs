using ElasticSynapse.Classifier.Inference;

namespace ElasticSynapse.Classifier.Tests.Inference;

public sealed class RequestQueueTests
{
    [Fact]
    public void TryAdd_MoreTextsThanFit_TakesNone()
    {
        var queue = new RequestQueue(maxTexts: 5);

        Assert.True(queue.TryAdd(Request(3)));
        Assert.False(queue.TryAdd(Request(3)));
        Assert.Equal(3, queue.WaitingTexts);
        Assert.True(queue.TryAdd(Request(2)));
        Assert.False(queue.TryAdd(Request(1)));
        Assert.Equal(5, queue.WaitingTexts);
    }

    [Fact]
    public void TryTake_OneText_MakesRoomForOne()
    {
        var queue = new RequestQueue(maxTexts: 2);
        Assert.True(queue.TryAdd(Request(2)));

        Assert.True(queue.TryTake(out _, out var text));

        Assert.Equal(0, text);
        Assert.Equal(1, queue.WaitingTexts);
        Assert.True(queue.TryAdd(Request(1)));
        Assert.False(queue.TryAdd(Request(1)));
    }

    [Fact]
    public void TryAdd_FullOfRequestsWhoseCallersHaveGone_TakesTheirPlace()
    {
        using var gone = new CancellationTokenSource();
        var queue = new RequestQueue(maxTexts: 4);
        Assert.True(queue.TryAdd(Request(1)));
        Assert.True(queue.TryAdd(Request(3, gone.Token)));
        Assert.False(queue.TryAdd(Request(3)));

        gone.Cancel();

        Assert.True(queue.TryAdd(Request(3)));
        Assert.Equal(4, queue.WaitingTexts);
    }

    [Fact]
    public void TryTake_SeveralRequests_OneTextOfEachInTurn()
    {
        var queue = new RequestQueue(maxTexts: 10);
        QueuedRequest[] requests = [Request(3), Request(1), Request(2)];
        Assert.All(requests, request => Assert.True(queue.TryAdd(request)));

        var taken = new List<(int Request, int Text)>();
        while (queue.WaitingTexts > 0 && queue.TryTake(out var request, out var text))
        {
            taken.Add((Array.IndexOf(requests, request), text));
        }

        Assert.Equal([(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2)], taken);
    }

    [Fact]
    public void TryTake_Closed_ReturnsFalse()
    {
        var queue = new RequestQueue(maxTexts: 1);
        Assert.True(queue.TryAdd(Request(1)));

        queue.Close();

        Assert.False(queue.TryTake(out _, out _));
        Assert.Equal(0, queue.WaitingTexts);
    }

    private static QueuedRequest Request(int texts, CancellationToken caller = default) =>
        new([.. Enumerable.Repeat(new[] { 2, 3 }, texts)], caller);
}
