using ElasticSynapse.Gateway.Telemetry;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Gateway.Tests.Telemetry;

public sealed class RequestClockTests
{
    private readonly ManualTime _time = new();
    private readonly RequestClock _clock;

    public RequestClockTests() => _clock = new RequestClock(_time);

    [Fact]
    public void Overhead_WithWaits_IsTheRest()
    {
        Pass(2);
        using (_clock.Wait())
        {
            Pass(100);
        }
        Pass(3);
        using (_clock.Wait())
        {
            Pass(1000);
            Assert.Equal(5, _clock.Overhead.TotalMilliseconds);
        }

        Assert.Equal(5, _clock.Overhead.TotalMilliseconds);
        Assert.Equal(1105, _clock.Elapsed.TotalMilliseconds);
        Assert.Null(_clock.FirstByte);
    }

    [Fact]
    public void Overhead_WaitsSideBySide_CountOnce()
    {
        var first = _clock.Wait();
        Pass(10);
        var second = _clock.Wait();
        Pass(10);
        first.Dispose();
        first.Dispose();
        Pass(10);
        second.Dispose();
        Pass(1);

        Assert.Equal(1, _clock.Overhead.TotalMilliseconds);
    }

    [Fact]
    public void Answer_Begun_FixesFirstByteAndOverhead()
    {
        Pass(4);
        _clock.Answer();
        Pass(50);

        Assert.Equal(4, _clock.FirstByte?.TotalMilliseconds);
        Assert.Equal(4, _clock.Overhead.TotalMilliseconds);
        Assert.Equal(54, _clock.Elapsed.TotalMilliseconds);
    }

    private void Pass(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
