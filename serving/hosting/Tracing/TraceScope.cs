using System.Diagnostics;

namespace ElasticSynapse.Serving.Hosting.Tracing;

/// <summary>Puts the thread's current span back as it was.</summary>
public readonly ref struct TraceScope
{
    private readonly Activity? _before;
    private readonly bool _isSet;

    private TraceScope(Activity? before) => (_before, _isSet) = (before, true);

    /// <summary>For code that starts and stops spans of others.</summary>
    public static TraceScope Keep() => new(Activity.Current);

    /// <summary>Makes <paramref name="span"/> the current one, so that what is measured meanwhile is seen to belong to it. Does
    /// nothing where there is none.</summary>
    public static TraceScope Within(Activity? span)
    {
        if (span is null)
        {
            return default;
        }
        var scope = Keep();
        Activity.Current = span;
        return scope;
    }

    public void Dispose()
    {
        if (_isSet)
        {
            Activity.Current = _before;
        }
    }
}
