using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Gateway.Tests.Replicas;

public sealed class VersionRecordTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Latest_WindowPasses_ForgetsWhatIsOlder()
    {
        var record = new VersionRecord(TimeSpan.FromMinutes(10), _time);
        record.Add(failed: true, firstToken: null);
        _time.Advance(TimeSpan.FromMinutes(5));
        record.Add(failed: false, TimeSpan.FromSeconds(2));

        Assert.Equal((2, 1, 1), Counts(record));
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal((1, 0, 1), Counts(record));
        _time.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal((0, 0, 0), Counts(record));
    }

    [Fact]
    public void Latest_FirstTokens_AreTheirGeometricMean()
    {
        var record = new VersionRecord(TimeSpan.FromMinutes(10), _time);
        record.Add(failed: false, TimeSpan.FromSeconds(1));
        record.Add(failed: false, TimeSpan.FromSeconds(4));

        Assert.Equal(2, record.Latest.FirstTokenSeconds, 9);
    }

    [Fact]
    public void LoseWeight_Twice_CountsOnce()
    {
        var record = new VersionRecord(TimeSpan.FromMinutes(10), _time);

        Assert.True(record.LoseWeight());
        Assert.False(record.LoseWeight());
        Assert.True(record.HasLostWeight);
    }

    private static (long, long, long) Counts(VersionRecord record) => (record.Latest.Requests, record.Latest.Failures, record.Latest.FirstTokens);
}
