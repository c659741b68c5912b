using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Tests.Replicas;

public sealed class AnswerTimesTests
{
    [Fact]
    public void Percentile95_TooFew_IsUnknown()
    {
        var times = new AnswerTimes();
        for (var i = 0; i < 15; i++)
        {
            times.Add(TimeSpan.FromMilliseconds(1));
        }

        Assert.Null(times.Percentile95);
    }

    [Fact]
    public void Percentile95_OneToHundredAndTwelve_IsTheTimeOf107()
    {
        var times = new AnswerTimes();
        for (var i = 1; i <= 112; i++)
        {
            times.Add(TimeSpan.FromMilliseconds(i));
        }

        // Ceiling of 0.95 * 112.
        Assert.Equal(TimeSpan.FromMilliseconds(107), times.Percentile95);
    }

    [Fact]
    public void Percentile95_LoadChanges_ForgetsOldTimes()
    {
        var times = new AnswerTimes();
        for (var i = 0; i < 512; i++)
        {
            times.Add(TimeSpan.FromMilliseconds(i < 256 ? 1000 : 2));
        }

        Assert.Equal(TimeSpan.FromMilliseconds(2), times.Percentile95);
    }
}
