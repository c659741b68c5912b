using ElasticSynapse.Gateway.Callers;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Gateway.Tests.Callers;

public sealed class TokenBucketTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Take_BucketEmpty_SaysWhenThereWillBeEnough()
    {
        var bucket = new TokenBucket(60, _time);
        Assert.All(Enumerable.Range(0, 60), _ => Assert.Null(bucket.Take(1)));

        Assert.Equal(TimeSpan.FromSeconds(1), bucket.Take(1));
        Assert.Equal(TimeSpan.FromSeconds(30), bucket.Take(30));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(bucket.Take(1));
        Assert.NotNull(bucket.Take(1));
        Assert.Equal((0, TimeSpan.FromMinutes(1)), bucket.State);
    }

    [Fact]
    public void Return_MoreWasUsedThanTaken_LeavesADebtOfAMinuteAtMost()
    {
        var bucket = new TokenBucket(60, _time);

        Assert.Null(bucket.Take(60));
        bucket.Return(-1000);
        Assert.Equal(TimeSpan.FromSeconds(61), bucket.Take(1));
        Assert.Equal(0, bucket.State.Remaining);

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal((60, TimeSpan.Zero), bucket.State);
    }

    [Fact]
    public void Return_RefusedAfterAll_TakesNothing()
    {
        var bucket = new TokenBucket(10, _time);
        Assert.Null(bucket.Take(10));
        bucket.Return(10);

        Assert.Equal((10, TimeSpan.Zero), bucket.State);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(0.0881, "89ms")]
    [InlineData(0.9999, "1s")]
    [InlineData(1, "1s")]
    [InlineData(59.2, "1m0s")]
    [InlineData(360, "6m0s")]
    [InlineData(3725, "1h2m5s")]
    public void Of_Duration_IsWrittenAsGoDoes(double seconds, string text) => Assert.Equal(text, GoDuration.Of(TimeSpan.FromSeconds(seconds)));
}
