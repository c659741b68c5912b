using System.Text;
using ElasticSynapse.Gateway.Telemetry;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Gateway.Tests.Telemetry;

public sealed class EventTimesTests
{
    [Fact]
    public void Came_EventsAndComments_TimesTheEventsAlone()
    {
        var time = new ManualTime();
        var (first, next) = (new List<double>(), new List<double>());
        var times = new EventTimes(new RequestClock(time), at => first.Add(at.TotalMilliseconds), after => next.Add(after.TotalMilliseconds));

        foreach (var (afterMilliseconds, text) in new[] { (10, ": waiting\n\n"), (20, "data: a\n\n"), (5, "data: b\n\n"), (100, ": waiting\n\n"), (7, "data: c\n\n") })
        {
            time.Advance(TimeSpan.FromMilliseconds(afterMilliseconds));
            times.Came(Encoding.UTF8.GetBytes(text));
        }

        Assert.Equal([30], first);
        Assert.Equal([5, 107], next);
    }
}
