using ElasticSynapse.Gateway.Retries;

namespace ElasticSynapse.Gateway.Tests.Retries;

public sealed class RetryRulesTests
{
    private static readonly RetryOptions Options = new();

    [Theory]
    [InlineData(200, "None")]
    [InlineData(404, "None")]
    [InlineData(429, "Overloaded")]
    [InlineData(500, "Failed")]
    [InlineData(501, "None")]
    [InlineData(502, "Unavailable")]
    [InlineData(503, "Unavailable")]
    [InlineData(504, "Unavailable")]
    public void Judge_Status_IsTheFailureThatItMeans(int status, string failure) => Assert.Equal(failure, RetryRules.Judge(status).ToString());

    [Theory]
    [InlineData("None", null, true, false)]
    [InlineData("Failed", null, true, false)]
    [InlineData("Unreachable", null, true, true)]
    [InlineData("Unreachable", null, false, true)]
    [InlineData("BrokeOff", null, false, true)]
    [InlineData("TimedOut", null, true, true)]
    [InlineData("TimedOut", null, false, false)]
    [InlineData("Garbled", null, false, false)]
    [InlineData("Unavailable", 7.0, true, true)]
    [InlineData("Unavailable", 7.0, false, false)]
    [InlineData("Unavailable", 1.0, false, true)]
    [InlineData("Overloaded", 1.0, false, true)]
    [InlineData("Overloaded", 7.0, true, false)]
    [InlineData("Overloaded", null, true, false)]
    public void MayRetry_Failure_DependsOnWhatAnotherTryCanMend(string failure, double? retryAfterSeconds, bool onAnother, bool may) => Assert.Equal(
        may,
        RetryRules.MayRetry(Enum.Parse<TryFailure>(failure), retryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, onAnother, Options));

    [Fact]
    public void Delay_AnotherReplica_IsNone() => Assert.Equal(TimeSpan.Zero, RetryRules.Delay(1, TimeSpan.FromSeconds(1), onAnother: true, 0.5, Options));

    [Theory]
    [InlineData(1, 0.0, 12.5)]
    [InlineData(1, 0.5, 25)]
    [InlineData(2, 0.5, 50)]
    [InlineData(3, 0.0, 50)]
    public void Delay_SameReplica_DoublesAndJitters(int tries, double jitter, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), RetryRules.Delay(tries, null, onAnother: false, jitter, Options));

    [Fact]
    public void Delay_ReplicaSaysWhen_WaitsAtLeastThatLong() =>
        Assert.Equal(TimeSpan.FromSeconds(1), RetryRules.Delay(1, TimeSpan.FromSeconds(1), onAnother: false, 0.5, Options));
}
