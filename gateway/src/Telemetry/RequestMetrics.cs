using System.Diagnostics.Metrics;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Requests;

namespace ElasticSynapse.Gateway.Telemetry;

/// <summary>What the gateway counts of each request, whatever became of it. What else it counts is in <see cref="GatewayMetrics"/>;
/// no metric name stands outside these two classes. Every label has few values: the catalogue's names and fixed words.</summary>
internal sealed class RequestMetrics
{
    private static readonly string[] StatusClasses = ["0xx", "1xx", "2xx", "3xx", "4xx", "5xx", "6xx", "7xx", "8xx", "9xx"];

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstByte;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _interToken;
    private readonly Histogram<double> _overhead;
    private readonly Histogram<double> _queueWait;

    public RequestMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(GatewayMetrics.MeterName);
        _requests = meter.CreateCounter<long>("elastic_synapse.gateway.requests", "{request}", "Requests, by model, version, route, status class, outcome and class of caller.");
        _duration = meter.CreateHistogram<double>("elastic_synapse.gateway.request_duration", "s", "Time from a request's arrival to the end of its answer.");
        _firstByte = meter.CreateHistogram<double>("elastic_synapse.gateway.time_to_first_byte", "s", "Time from a request's arrival to the first byte of its answer.");
        _firstToken = meter.CreateHistogram<double>("elastic_synapse.gateway.time_to_first_token", "s", "Time from a request's arrival to the first event of a streamed answer.");
        _interToken = meter.CreateHistogram<double>("elastic_synapse.gateway.inter_token", "s", "Time from one event of a streamed answer to the next.");
        _overhead = meter.CreateHistogram<double>("elastic_synapse.gateway.overhead", "s", "The gateway's own part of the time to the first byte: without its client, its queue, replicas and waits between tries.");
        _queueWait = meter.CreateHistogram<double>("elastic_synapse.gateway.queue_wait", "s", "Time that a request waited for its turn at its model.");
    }

    /// <summary>A request has ended.</summary>
    /// <param name="request">As far as it was understood.</param>
    /// <param name="callerClass">Whose it was.</param>
    public void Ended(GatewayRequest request, string callerClass, int status, string outcome)
    {
        var clock = request.Clock;
        // Null where it did not come so far.
        VersionPool? version = request.Version;
        RequestTarget? target = request.Target;
        KeyValuePair<string, object?> model = new("model", version?.Model.Name ?? ""), name = new("version", version?.Version ?? "");
        KeyValuePair<string, object?> route = new("route", target is null ? RouteName.Other : RouteName.Of(target.Path));
        _requests.Add(1, model, name, route, new("status", StatusClasses[status / 100]), new("outcome", outcome), new("caller_class", callerClass));
        _duration.Record(clock.Elapsed.TotalSeconds, model, name, route);
        _overhead.Record(clock.Overhead.TotalSeconds);
        if (clock.FirstByte is { } firstByte && outcome == RequestOutcome.Ok)
        {
            _firstByte.Record(firstByte.TotalSeconds, model, name);
        }
    }

    /// <summary>Times a stream's events.</summary>
    public EventTimes TimesOf(VersionPool version, RequestClock clock)
    {
        KeyValuePair<string, object?> model = new("model", version.Model.Name), name = new("version", version.Version);
        return new EventTimes(
            clock, first => _firstToken.Record(first.TotalSeconds, model, name), next => _interToken.Record(next.TotalSeconds, model, name));
    }

    /// <summary>A request got its turn, or gave up waiting for it.</summary>
    public void Queued(VersionPool version, TimeSpan wait) => _queueWait.Record(wait.TotalSeconds, new KeyValuePair<string, object?>("model", version.Model.Name));
}
