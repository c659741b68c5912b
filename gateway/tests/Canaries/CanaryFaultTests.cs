using ElasticSynapse.Gateway.Canaries;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Tests.Canaries;

public sealed class CanaryFaultTests
{
    private static readonly CanaryGuardOptions Options = new() { MinimumRequests = 20, ErrorRateMargin = 0.1, FirstTokenMargin = 0.5 };

    [Theory]
    [InlineData(20, 3, 20, 0, "errors")]
    [InlineData(20, 2, 20, 0, null)]
    [InlineData(20, 12, 20, 10, null)]
    [InlineData(20, 13, 20, 10, "errors")]
    [InlineData(19, 19, 20, 0, null)]
    [InlineData(20, 20, 19, 0, null)]
    [InlineData(20, 0, 20, 20, null)]
    public void Find_ErrorRates_CountBeyondTheMarginAndTheSampleSize(int canary, int canaryFailures, int stable, int stableFailures, string? reason) => Assert.Equal(
        reason, CanaryFault.Find(new Outcomes(canary, canaryFailures, 0, 0), new Outcomes(stable, stableFailures, 0, 0), Options)?.Reason);

    [Theory]
    [InlineData(20, 0.31, 20, 0.2, "first_token")]
    [InlineData(20, 0.29, 20, 0.2, null)]
    [InlineData(19, 9.0, 20, 0.2, null)]
    [InlineData(20, 9.0, 19, 0.2, null)]
    [InlineData(20, 0.1, 20, 0.2, null)]
    public void Find_FirstTokens_CountBeyondTheMarginAndTheSampleSize(int canary, double canarySeconds, int stable, double stableSeconds, string? reason) => Assert.Equal(
        reason, CanaryFault.Find(Taking(canary, canarySeconds), Taking(stable, stableSeconds), Options)?.Reason);

    [Fact]
    public void Find_Fault_IsExplainedWithItsFigures() => Assert.Equal(
        "50.0% of its 20 requests failed, 0.0% of stable's 180; CanaryGuard__ErrorRateMargin is 0.1",
        CanaryFault.Find(new Outcomes(20, 10, 0, 0), new Outcomes(180, 0, 0, 0), Options)!.Explanation.Replace(" %", "%", StringComparison.Ordinal));

    private static Outcomes Taking(int requests, double seconds) => new(requests, 0, requests, requests * Math.Log(seconds));
}
