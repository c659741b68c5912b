using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>Writes the events of all streams, on one thread, so that they cost little beside what is measured. Streams that strangers
/// ask for are not in step: each has its own place between two events, and a late one doesn't put off those after it. (Timers that
/// start anew after each event drift into bursts of a thousand, whose end waits for its beginning whatever is in between.)</summary>
internal sealed class EventClock : IDisposable
{
    // Places between two events; one is served at a time.
    private const int Places = 50;

    private readonly List<Listener>[] _places = [.. Enumerable.Range(0, Places).Select(_ => new List<Listener>())];
    private readonly Lock _lock = new();
    private readonly ManualResetEvent _ends = new(false);
    private readonly Thread _thread;
    private int _streams;

    public EventClock()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "events" };
        _thread.Start();
    }

    /// <summary>Writes events until the client has seen enough.</summary>
    public async Task WriteAsync(PipeWriter client, CancellationToken aborted)
    {
        var listener = new Listener(client);
        List<Listener> place;
        lock (_lock)
        {
            place = _places[_streams++ % Places];
            place.Add(listener);
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            place.Remove(listener);
        }
    }

    public void Dispose()
    {
        _ends.Set();
        _thread.Join();
        _ends.Dispose();
    }

    private void Run()
    {
        var begin = Stopwatch.GetTimestamp();
        for (var turn = 0L; !_ends.WaitOne(UntilTurn(turn, begin)); turn++)
        {
            lock (_lock)
            {
                foreach (var listener in _places[turn % Places])
                {
                    listener.Write();
                }
            }
        }
    }

    private static TimeSpan UntilTurn(long turn, long begin)
    {
        var left = TimeSpan.FromSeconds(turn / (double)(GatewayFigures.EventsPerSecond * Places)) - Stopwatch.GetElapsedTime(begin);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private sealed class Listener(PipeWriter client)
    {
        private Task _flush = Task.CompletedTask;

        public void Write()
        {
            // A slow client misses events.
            if (_flush.IsCompleted)
            {
                var text = client.GetSpan(32);
                var length = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"data: {Stopwatch.GetTimestamp()}\n\n"), text);
                client.Advance(length);
                _flush = client.FlushAsync().AsTask();
            }
        }
    }
}
