using ElasticSynapse.Gateway.Retries;

namespace ElasticSynapse.Gateway.Tests.Retries;

public sealed class RetryBudgetTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(15, 3)]
    [InlineData(20, 4)]
    [InlineData(100, 20)]
    public void TryBeginRetry_RequestsUnderWay_AllowsAFifthOfThemAndThreeAtLeast(int requests, int retries)
    {
        var budget = new RetryBudget(new RetryOptions());
        for (var i = 0; i < requests; i++)
        {
            budget.RequestBegins();
        }

        Assert.All(Enumerable.Range(0, retries), _ => Assert.True(budget.TryBeginRetry()));
        Assert.False(budget.TryBeginRetry());
        Assert.False(budget.TryBeginRetry());

        // A refusal has taken nothing.
        budget.RetryEnds();
        Assert.True(budget.TryBeginRetry());
        Assert.False(budget.TryBeginRetry());
    }
}
