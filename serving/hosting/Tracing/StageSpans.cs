using System.Diagnostics;

namespace ElasticSynapse.Serving.Hosting.Tracing;

/// <summary>Spans of the stages that a piece of work passes one after the other, on whatever threads: each begins where the one
/// before it ends.</summary>
public sealed class StageSpans
{
    private readonly ActivitySource _source;
    private readonly ActivityContext _parent;
    private Activity? _stage;

    private StageSpans(ActivitySource source, ActivityContext parent, string firstStage)
    {
        (_source, _parent) = (source, parent);
        Begin(firstStage);
    }

    /// <summary>Begins the first stage; null, and free, if <paramref name="parent"/> is not traced.</summary>
    public static StageSpans? Begin(ActivitySource source, Activity? parent, string firstStage) =>
        source.HasListeners() && parent is { Recorded: true } ? new StageSpans(source, parent.Context, firstStage) : null;

    /// <summary>Ends the stage and begins the next, unless the last has ended already.</summary>
    public void Next(string stage)
    {
        if (TryEnd(error: null))
        {
            Begin(stage);
        }
    }

    /// <summary>Says something about the stage that is under way.</summary>
    public void Tag(string name, object value) => _stage?.SetTag(name, value);

    /// <summary>Ends the last stage; once, whoever is first.</summary>
    /// <param name="error">Type of what went wrong, if something did.</param>
    public void End(string? error = null) => TryEnd(error);

    private bool TryEnd(string? error)
    {
        if (Interlocked.Exchange(ref _stage, null) is not { } stage)
        {
            return false;
        }
        if (error is not null)
        {
            stage.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);
        }
        using (TraceScope.Keep())
        {
            stage.Stop();
        }
        return true;
    }

    private void Begin(string stage)
    {
        // Not the thread's current span: the thread works for others too.
        using (TraceScope.Keep())
        {
            _stage = _source.StartActivity(stage, ActivityKind.Internal, _parent);
        }
    }
}
