using System.Globalization;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>Durations as OpenAI's rate-limit headers write them, in Go's form: <c>88ms</c>, <c>1s</c>, <c>6m0s</c>, <c>1h0m0s</c>.</summary>
internal static class GoDuration
{
    public static string Of(TimeSpan duration)
    {
        if (duration < TimeSpan.FromSeconds(1))
        {
            var milliseconds = (int)Math.Ceiling(Math.Max(0, duration.TotalMilliseconds));
            return milliseconds == 0 ? "0s" : milliseconds == 1000 ? "1s" : string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
        }
        var seconds = (long)Math.Ceiling(duration.TotalSeconds);
        var (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        return (hours, minutes) switch
        {
            (0, 0) => string.Create(CultureInfo.InvariantCulture, $"{seconds}s"),
            (0, _) => string.Create(CultureInfo.InvariantCulture, $"{minutes}m{seconds % 60}s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{hours}h{minutes}m{seconds % 60}s"),
        };
    }
}
