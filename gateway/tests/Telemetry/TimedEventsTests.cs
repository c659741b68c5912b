using System.IO.Pipelines;
using System.Text;
using ElasticSynapse.Gateway.Telemetry;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Gateway.Tests.Telemetry;

public sealed class TimedEventsTests
{
    [Fact]
    public async Task Read_EventsAndComments_TimesTheEventsAlone()
    {
        var time = new ManualTime();
        var (first, next) = (new List<double>(), new List<double>());
        var pipe = new Pipe();
        await using var events = new TimedEvents(
            pipe.Reader.AsStream(), new RequestClock(time), at => first.Add(at.TotalMilliseconds), after => next.Add(after.TotalMilliseconds));

        foreach (var (afterMilliseconds, text) in new[] { (10, ": waiting\n\n"), (20, "data: a\n\n"), (5, "data: b\n\n"), (100, ": waiting\n\n"), (7, "data: c\n\n") })
        {
            time.Advance(TimeSpan.FromMilliseconds(afterMilliseconds));
            await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));
            var buffer = new byte[100];
            Assert.Equal(text, Encoding.UTF8.GetString(buffer, 0, await events.ReadAsync(buffer)));
        }
        await pipe.Writer.CompleteAsync();
        Assert.Equal(0, await events.ReadAsync(new byte[1]));

        Assert.Equal([30], first);
        Assert.Equal([5, 107], next);
    }
}
