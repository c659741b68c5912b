using ElasticSynapse.Serving.Hosting.Admission;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Serving.Tests.Hosting.Admission;

public class AdmittedWorkTests
{
    private readonly ManualTime _time = new();
    private readonly AdmittedWork _work;

    public AdmittedWorkTests() => _work = new AdmittedWork(
        new ModelIdentity("gpt2", "v1"),
        new AdmissionLimit(10, "sequences", "Scheduler__MaxQueuedSequences"),
        new AdmissionLimit(1_000, "tokens", "Scheduler__MaxQueuedTokens"),
        running: 2,
        _time);

    [Fact]
    public void CheckSize_MoreThanEverFits_IsTheRequestsMistake()
    {
        var refused = Assert.Throws<ApiException>(() => _work.CheckSize(1, 1_001));

        Assert.Equal(ErrorKind.InvalidRequest, refused.Kind);
        Assert.Equal("the request asks for 1,001 tokens; gpt2 v1 admits 1,000 at a time (Scheduler__MaxQueuedTokens)", refused.Message);
        _work.CheckSize(10, 1_000);
    }

    [Fact]
    public void Enter_NoRoomForAll_LetsNothingIn()
    {
        _work.Enter(8, 10);

        var refused = Assert.Throws<ApiException>(() => _work.Enter(3, 10));

        Assert.Equal(ErrorKind.Overloaded, refused.Kind);
        Assert.Equal("8 sequences are waiting or running; gpt2 v1 admits 10 (Scheduler__MaxQueuedSequences)", refused.Message);
        Assert.Equal(1, refused.RetryAfterSeconds);
        Assert.Equal(8, _work.Items);
        _work.Enter(2, 990);
    }

    [Fact]
    public void Leave_Work_MakesRoom()
    {
        _work.Enter(1, 1_000);
        Assert.Throws<ApiException>(() => _work.Enter(1, 1));

        _work.Leave(1, 1_000);

        _work.Enter(10, 1_000);
        Assert.Equal(10, _work.Items);
    }

    [Fact]
    public void Enter_Full_TellsWhenItWillHaveRoomAtTheMeasuredRate()
    {
        _work.Enter(4, 1_000);
        _time.Advance(TimeSpan.FromSeconds(10));
        _work.Leave(2, 500); // 50 tokens a second

        Assert.Equal(1, RetryAfter(tokens: 500 + 40));
        Assert.Equal(8, RetryAfter(tokens: 500 + 400));

        // Time without work does not count as slow work.
        _work.Leave(2, 500);
        _time.Advance(TimeSpan.FromHours(1));
        _work.Enter(1, 1_000);
        Assert.InRange(RetryAfter(tokens: 500)!.Value, 5, 10);
    }

    [Fact]
    public void Enter_FullOfSlowWork_NeverTellsMoreThanClientsWaitFor()
    {
        _work.Enter(3, 1_000);
        _time.Advance(TimeSpan.FromMinutes(10));
        _work.Leave(1, 1);

        Assert.Equal(120, RetryAfter(tokens: 1_000));
    }

    [Fact]
    public void Enter_BurstAfterOneAtATime_DoesNotTakeTheirPaceForTheModels()
    {
        for (var i = 0; i < 5; i++)
        {
            _work.Enter(1, 10);
            _time.Advance(TimeSpan.FromSeconds(4));
            _work.Leave(1, 10);
        }

        _work.Enter(10, 1_000);

        Assert.Equal(1, RetryAfter(tokens: 500));
        // 100 tokens a second, with as many items as run at a time
        _time.Advance(TimeSpan.FromSeconds(2));
        _work.Leave(1, 200);
        Assert.Equal(3, RetryAfter(tokens: 500));
    }

    [Fact]
    public void Enter_AfterAMomentInWhichWorkWaited_HasMeasuredNothing()
    {
        _work.Enter(3, 3);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        _work.Leave(1, 1);
        _work.Enter(1, 998);

        Assert.Equal(1, RetryAfter(tokens: 1_000));
    }

    private int? RetryAfter(long tokens) => Assert.Throws<ApiException>(() => _work.Enter(1, tokens)).RetryAfterSeconds;
}
