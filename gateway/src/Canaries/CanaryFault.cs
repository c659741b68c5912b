using System.Globalization;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Canaries;

/// <summary>What a canary does worse than stable.</summary>
/// <param name="Reason">errors or first_token.</param>
/// <param name="Explanation">The two figures and the margin between them.</param>
internal sealed record CanaryFault(string Reason, string Explanation)
{
    /// <summary>Null when there is none, or too few requests to tell.</summary>
    public static CanaryFault? Find(in Outcomes canary, in Outcomes stable, CanaryGuardOptions options)
    {
        if (Math.Min(canary.Requests, stable.Requests) >= options.MinimumRequests
            && canary.ErrorRate > stable.ErrorRate + options.ErrorRateMargin)
        {
            return new CanaryFault("errors", string.Create(CultureInfo.InvariantCulture,
                $"{canary.ErrorRate:P1} of its {canary.Requests:N0} requests failed, {stable.ErrorRate:P1} of stable's {stable.Requests:N0}; CanaryGuard__ErrorRateMargin is {options.ErrorRateMargin:0.###}"));
        }
        if (Math.Min(canary.FirstTokens, stable.FirstTokens) >= options.MinimumRequests
            && canary.FirstTokenSeconds > stable.FirstTokenSeconds * (1 + options.FirstTokenMargin))
        {
            return new CanaryFault("first_token", string.Create(CultureInfo.InvariantCulture,
                $"its first token takes {canary.FirstTokenSeconds:0.000} s over {canary.FirstTokens:N0} requests, stable's {stable.FirstTokenSeconds:0.000} s over {stable.FirstTokens:N0}; CanaryGuard__FirstTokenMargin is {options.FirstTokenMargin:0.###}"));
        }
        return null;
    }
}
