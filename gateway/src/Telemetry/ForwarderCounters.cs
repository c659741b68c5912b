using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;

namespace ElasticSynapse.Gateway.Telemetry;

/// <summary>YARP's own counters as instruments, under the names of its Prometheus sample. They are event counters, and of the whole
/// process: each second it says how far they are.</summary>
/// <remarks>learn.microsoft.com, "YARP Telemetry"; "EventCounters in .NET". A request costs no event: those are for listeners to
/// Informational.</remarks>
internal sealed class ForwarderCounters : EventListener
{
    private const string Forwarder = "Yarp.ReverseProxy";

    private long _started;
    private long _failed;
    private long _current;

    public ForwarderCounters(IMeterFactory factory)
    {
        var meter = factory.Create(Forwarder);
        meter.CreateObservableCounter("yarp.proxy.requests_started", () => Volatile.Read(ref _started), "{request}", "Requests that YARP's forwarder began to send, each try of one.");
        meter.CreateObservableCounter("yarp.proxy.requests_failed", () => Volatile.Read(ref _failed), "{request}", "Of these, those that got no whole answer.");
        meter.CreateObservableGauge("yarp.proxy.current_requests", () => Volatile.Read(ref _current), "{request}", "Requests that YARP's forwarder is at.");
    }

    // Called by the base's constructor too, before ours.
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Forwarder)
        {
            EnableEvents(eventSource, EventLevel.Critical, EventKeywords.None, new Dictionary<string, string?> { ["EventCounterIntervalSec"] = "1" });
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData is { EventName: "EventCounters", Payload: [IDictionary<string, object> counter] } && counter.TryGetValue("Mean", out var value))
        {
            Take((string)counter["Name"], Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private void Take(string counter, long value)
    {
        switch (counter)
        {
            case "requests-started":
                Volatile.Write(ref _started, value);
                break;
            case "requests-failed":
                Volatile.Write(ref _failed, value);
                break;
            case "current-requests":
                Volatile.Write(ref _current, value);
                break;
        }
    }
}
