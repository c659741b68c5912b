using ElasticSynapse.Classifier.Inference;

namespace ElasticSynapse.Classifier.Tests.Inference;

public sealed class LogitsCacheTests
{
    // 240 bytes beside the numbers: three ids and one logit make 256.
    private const int EntryBytes = 256;

    [Fact]
    public void TryGet_SameTokens_GivesWhatWasAdded()
    {
        var cache = new LogitsCache(10 * EntryBytes);
        cache.Add(Sequence(7), [0.5f]);

        Assert.True(cache.TryGet(Sequence(7), out var logits));

        Assert.Equal([0.5f], logits);
        Assert.False(cache.TryGet(Sequence(8), out _));
        Assert.Equal(EntryBytes, cache.Bytes);
    }

    [Fact]
    public void TryGet_SameIdsOfOtherTypes_IsAnotherSequence()
    {
        var cache = new LogitsCache(10 * EntryBytes);
        cache.Add(new TokenSequence([2, 7, 3], [0, 0, 1]), [0.5f]);

        Assert.False(cache.TryGet(new TokenSequence([2, 7, 3]), out _));
        Assert.False(cache.TryGet(new TokenSequence([2, 7, 3], [0, 1, 1]), out _));
        Assert.True(cache.TryGet(new TokenSequence([2, 7, 3], [0, 0, 1]), out _));
    }

    [Fact]
    public void Add_Full_DropsWhatWasUsedLongestAgo()
    {
        var cache = new LogitsCache(2 * EntryBytes);
        cache.Add(Sequence(1), [1]);
        cache.Add(Sequence(2), [2]);
        Assert.True(cache.TryGet(Sequence(1), out _));

        cache.Add(Sequence(3), [3]);

        Assert.True(cache.TryGet(Sequence(1), out _));
        Assert.False(cache.TryGet(Sequence(2), out _));
        Assert.True(cache.TryGet(Sequence(3), out _));
        Assert.Equal(2 * EntryBytes, cache.Bytes);
    }

    [Fact]
    public void Add_Twice_TakesTheRoomOnce()
    {
        var cache = new LogitsCache(10 * EntryBytes);
        cache.Add(Sequence(1), [1]);
        cache.Add(Sequence(1), [1]);
        Assert.Equal(EntryBytes, cache.Bytes);
    }

    [Fact]
    public void Add_LargerThanTheWholeCache_IsNotKept()
    {
        var cache = new LogitsCache(EntryBytes);
        cache.Add(new TokenSequence(new int[100]), [1]);
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public void Add_Off_KeepsNothing()
    {
        var cache = new LogitsCache(0);
        cache.Add(Sequence(1), [1]);
        Assert.True(cache.IsOff);
        Assert.False(cache.TryGet(Sequence(1), out _));
    }

    private static TokenSequence Sequence(int token) => new([2, token, 3]);
}
