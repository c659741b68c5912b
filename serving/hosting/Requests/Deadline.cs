using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>When a caller stops waiting, as it says in the header <c>x-request-timeout-ms</c>.</summary>
public sealed class Deadline
{
    /// <summary>Whole milliseconds from the request's arrival.</summary>
    public const string Header = "x-request-timeout-ms";

    /// <summary>A day.</summary>
    public const int MaxMilliseconds = 86_400_000;

    /// <summary>Of callers that wait as long as it takes.</summary>
    public static readonly Deadline None = new(TimeProvider.System, 0, 0);

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly int _milliseconds;

    private Deadline(TimeProvider time, long start, int milliseconds) => (_time, _start, _milliseconds) = (time, start, milliseconds);

    /// <summary>What the caller allows in all; infinite when it says nothing.</summary>
    public TimeSpan Allowed => _milliseconds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(_milliseconds);

    public bool HasPassed => _milliseconds > 0 && Left <= TimeSpan.Zero;

    /// <summary>Time left; negative when it has passed.</summary>
    public TimeSpan Left => _milliseconds == 0
        ? Timeout.InfiniteTimeSpan
        : TimeSpan.FromMilliseconds(_milliseconds) - _time.GetElapsedTime(_start);

    /// <exception cref="ApiException">The header is not a number of milliseconds.</exception>
    public static Deadline Of(HttpContext context, TimeProvider time)
    {
        var header = context.Request.Headers[Header];
        if (header.Count == 0)
        {
            return None;
        }
        if (!int.TryParse(header.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds is 0 or > MaxMilliseconds)
        {
            throw ApiException.Invalid(Header, string.Create(CultureInfo.InvariantCulture,
                $"the header {Header} is '{Excerpt.Of(header.ToString())}'; accepted: a whole number of milliseconds from 1 to {MaxMilliseconds:N0}"));
        }
        return new Deadline(time, time.GetTimestamp(), milliseconds);
    }

    /// <summary>What the caller is told.</summary>
    /// <param name="progress">How far the request came.</param>
    public ApiException Exceeded(string progress) => new(ErrorKind.DeadlineExceeded, string.Create(CultureInfo.InvariantCulture,
        $"the request did not end within the {_milliseconds:N0} ms that its header {Header} allows: {progress}"));
}
