using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Gateway.Retries;

/// <summary>When a request must be done, retries and all: as its caller says, but no later than the gateway allows.</summary>
internal readonly struct RequestDeadline
{
    // The runtime's timers count in coarser ticks than our clock.
    private static readonly TimeSpan TimerEarliness = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time;
    private readonly long _start;

    private RequestDeadline(TimeProvider time, TimeSpan allowed) => (_time, _start, Allowed) = (time, time.GetTimestamp(), allowed);

    public TimeSpan Allowed { get; }

    public TimeSpan Left => Allowed - _time.GetElapsedTime(_start);

    /// <summary>What is left, for a timer that must not fire before the deadline has passed.</summary>
    public TimeSpan TimerLeft => (Left is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero) + TimerEarliness;

    public bool HasPassed => Left <= TimeSpan.Zero;

    /// <summary>What is left, as the next hop is told: at least 1.</summary>
    public long LeftMilliseconds => Math.Max(1, (long)Left.TotalMilliseconds);

    /// <exception cref="ApiException">The caller's header is not a number of milliseconds.</exception>
    public static RequestDeadline Of(HttpContext context, DeadlineOptions options, TimeProvider time)
    {
        var caller = Deadline.Of(context, time);
        return new RequestDeadline(time, caller != Deadline.None && caller.Allowed < options.Request ? caller.Allowed : options.Request);
    }

    /// <summary>What the caller is told.</summary>
    /// <param name="progress">How far the request came.</param>
    public ApiException Exceeded(string progress) => new(ErrorKind.DeadlineExceeded, string.Create(CultureInfo.InvariantCulture,
        $"the request was not done within {Allowed.TotalMilliseconds:N0} ms ({Deadline.Header}, Deadlines__Request): {progress}"));
}
