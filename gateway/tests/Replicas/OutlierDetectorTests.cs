using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Gateway.Tests.Replicas;

public sealed class OutlierDetectorTests
{
    private readonly ManualTime _time = new();
    private readonly OutlierDetector _detector;

    public OutlierDetectorTests() => _detector = new OutlierDetector(new OutlierOptions(), _time);

    [Fact]
    public void Failed_ThreeInARow_EjectsForTheBaseTime()
    {
        Assert.Null(_detector.Failed(unreachable: false, mayEject: true));
        Assert.Null(_detector.Failed(unreachable: false, mayEject: true));
        Assert.Equal(TimeSpan.FromSeconds(5), _detector.Failed(unreachable: false, mayEject: true));

        Assert.True(_detector.IsEjected);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(_detector.IsEjected);
    }

    [Fact]
    public void Failed_SuccessBetween_StartsTheRowAgain()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(_detector.Failed(unreachable: false, mayEject: true));
            Assert.Null(_detector.Failed(unreachable: false, mayEject: true));
            for (var j = 0; j < 4; j++)
            {
                _detector.Succeeded();
            }
        }

        Assert.False(_detector.IsEjected);
    }

    [Fact]
    public void Failed_HalfOfTheWindow_EjectsWithoutARow()
    {
        var ejections = 0;
        for (var i = 0; i < 10; i++)
        {
            _detector.Succeeded();
            ejections += _detector.Failed(unreachable: false, mayEject: true) is null ? 0 : 1;
        }

        // At the tenth request of the window, every second of them failed.
        Assert.True(ejections > 0);
    }

    [Fact]
    public void Failed_LastReplica_IsNeverEjected()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(_detector.Failed(unreachable: true, mayEject: false));
        }

        Assert.False(_detector.IsEjected);
    }

    [Fact]
    public void Failed_AgainOnTrial_EjectsAtOnceAndTwiceAsLong()
    {
        Assert.Equal(TimeSpan.FromSeconds(5), _detector.Failed(unreachable: true, mayEject: true));
        var durations = new List<double>();
        for (var i = 0; i < 6; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(2));
            durations.Add(_detector.Failed(unreachable: false, mayEject: true)!.Value.TotalSeconds);
        }

        Assert.Equal([10, 20, 40, 80, 120, 120], durations);
    }

    [Fact]
    public void Succeeded_LongEnoughAfterwards_ForgetsTheEjections()
    {
        _detector.Failed(unreachable: true, mayEject: true);
        _time.Advance(TimeSpan.FromSeconds(11));
        _detector.Succeeded();

        Assert.Null(_detector.Failed(unreachable: false, mayEject: true));
        Assert.Equal(TimeSpan.FromSeconds(5), _detector.Failed(unreachable: true, mayEject: true));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Answered_ProbeSucceeds_BringsBackOnlyWhoWasUnreachable(bool unreachable)
    {
        for (var i = 0; i < 3; i++)
        {
            _detector.Failed(unreachable, mayEject: true);
        }
        Assert.True(_detector.IsEjected);

        _detector.Answered();

        Assert.Equal(!unreachable, _detector.IsEjected);
    }
}
