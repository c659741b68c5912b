using System.Globalization;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>The three headers in which OpenAI's API tells a limit.</summary>
/// <param name="unit">What is limited: requests, or tokens.</param>
internal sealed class LimitHeaders(string unit)
{
    private readonly string _limit = $"x-ratelimit-limit-{unit}";
    private readonly string _remaining = $"x-ratelimit-remaining-{unit}";
    private readonly string _reset = $"x-ratelimit-reset-{unit}";

    public IEnumerable<string> All => [_limit, _remaining, _reset];

    /// <summary>Says what is left; nothing where there is no limit.</summary>
    public void Tell(IHeaderDictionary headers, TokenBucket? bucket)
    {
        if (bucket is null)
        {
            return;
        }
        var (remaining, fullAfter) = bucket.State;
        headers[_limit] = bucket.LimitText;
        headers[_remaining] = remaining.ToString(CultureInfo.InvariantCulture);
        headers[_reset] = GoDuration.Of(fullAfter);
    }
}
