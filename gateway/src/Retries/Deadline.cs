using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Retries;

/// <summary>When a request must be done.</summary>
internal readonly struct Deadline
{
    /// <summary>Header by which a caller says how long it will wait, in milliseconds, and the gateway how much of that is left.</summary>
    public const string Header = "x-request-timeout-ms";

    private readonly TimeProvider _time;
    private readonly long _start;

    private Deadline(TimeProvider time, TimeSpan allowed)
    {
        _time = time;
        _start = time.GetTimestamp();
        Allowed = allowed;
    }

    public TimeSpan Allowed { get; }

    public TimeSpan Left => Allowed - _time.GetElapsedTime(_start);

    public bool HasPassed => Left <= TimeSpan.Zero;

    public long LeftMilliseconds => Math.Max(1, (long)Left.TotalMilliseconds);

    /// <exception cref="ApiException">The header is no positive whole number.</exception>
    public static Deadline Of(HttpRequest request, DeadlineOptions options, TimeProvider time)
    {
        if (request.Headers[Header] is not { Count: > 0 } values)
        {
            return new Deadline(time, options.Request);
        }
        if (values is not [var text] || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) || milliseconds == 0)
        {
            throw new ApiException(ErrorKind.InvalidRequest, $"{Header} '{Excerpt.Of(values.ToString())}' must be a whole number of milliseconds of at least 1");
        }
        var asked = milliseconds < options.Request.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : options.Request;
        return new Deadline(time, asked);
    }
}
