using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Gateway.Tests.Running;
using ElasticSynapse.Tests;

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
        var budget = new RetryBudget(new RetryOptions(), TimeProvider.System);
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

    [Fact]
    public async Task BeginRetryAsync_NoRoom_ComesInOrderOfArrivalAsOthersEnd()
    {
        var budget = Full();
        var (first, second) = (budget.BeginRetryAsync(Patience.Limit, default), budget.BeginRetryAsync(Patience.Limit, default));

        // Nobody overtakes whoever waits.
        budget.RetryEnds();
        Assert.False(budget.TryBeginRetry());
        Assert.True(await first);
        Assert.False(second.IsCompleted);
        budget.RetryEnds();
        Assert.True(await second);
    }

    [Fact]
    public async Task BeginRetryAsync_MoreRequestsCome_MakeRoom()
    {
        var budget = Full();
        var waiting = budget.BeginRetryAsync(Patience.Limit, default);

        for (var i = 0; i < 20; i++)
        {
            Assert.False(waiting.IsCompleted);
            budget.RequestBegins();
        }

        Assert.True(await waiting);
    }

    [Fact]
    public async Task BeginRetryAsync_TimeEndsOrCallerLeaves_TakesNothing()
    {
        var time = new ManualTime();
        var budget = Full(time);
        using var caller = new CancellationTokenSource();
        var late = budget.BeginRetryAsync(TimeSpan.FromSeconds(10), default);
        var left = budget.BeginRetryAsync(TimeSpan.FromSeconds(60), caller.Token);

        time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(await late);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);

        budget.RetryEnds();
        Assert.True(budget.TryBeginRetry());
    }

    [Fact]
    public async Task BeginRetryAsync_BudgetIsNone_SaysSoAtOnce() =>
        Assert.False(await new RetryBudget(new RetryOptions { BudgetMinimum = 0, BudgetRatio = 0 }, TimeProvider.System).BeginRetryAsync(Patience.Limit, default));

    private static RetryBudget Full(TimeProvider? time = null)
    {
        var budget = new RetryBudget(new RetryOptions(), time ?? TimeProvider.System);
        Assert.All(Enumerable.Range(0, 3), _ => Assert.True(budget.TryBeginRetry()));
        return budget;
    }
}
