using System.Diagnostics;
using ElasticSynapse.Serving.Hosting.Tracing;

namespace ElasticSynapse.Serving.Tests.Hosting.Tracing;

public sealed class StageSpansTests : IDisposable
{
    private readonly ActivitySource _source = new($"StageSpansTests.{Guid.NewGuid():N}");
    private readonly List<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public StageSpansTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source == _source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    [Fact]
    public void Next_OnAnotherThread_MakesAChainOfSpansAndLeavesItsCurrentOneAlone()
    {
        using var request = _source.StartActivity("request")!;
        var stages = StageSpans.Begin(_source, request, "queue")!;
        Assert.Same(request, Activity.Current);

        var thread = new Thread(() =>
        {
            Activity.Current = null;
            stages.Next("prefill");
            Assert.Null(Activity.Current);
            stages.Tag("tokens", 3);
            stages.Next("decode");
            stages.End("IOException");
            Assert.Null(Activity.Current);
        });
        thread.Start();
        thread.Join();

        Assert.Equal(["queue", "prefill", "decode"], _ended.Select(span => span.OperationName));
        Assert.All(_ended, span => Assert.Equal(request.SpanId, span.ParentSpanId));
        Assert.Equal(3, _ended[1].GetTagItem("tokens"));
        Assert.Equal("IOException", _ended[2].GetTagItem("error.type"));
        Assert.Equal(ActivityStatusCode.Error, _ended[2].Status);
    }

    [Fact]
    public void End_Twice_EndsOnceAndBeginsNothingAfterwards()
    {
        using var request = _source.StartActivity("request")!;
        var stages = StageSpans.Begin(_source, request, "queue")!;

        stages.End();
        stages.End("late");
        stages.Next("inference");
        stages.End();

        Assert.Equal(["queue"], _ended.Select(span => span.OperationName));
        Assert.Null(_ended[0].GetTagItem("error.type"));
    }

    [Fact]
    public void Begin_NobodyTraces_IsNothing()
    {
        using var untraced = new ActivitySource("nobody listens");
        Assert.Null(StageSpans.Begin(untraced, new Activity("request") { ActivityTraceFlags = ActivityTraceFlags.Recorded }, "queue"));
        Assert.Null(StageSpans.Begin(_source, new Activity("request"), "queue"));
        Assert.Null(StageSpans.Begin(_source, null, "queue"));
    }
}
