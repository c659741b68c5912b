using System.Diagnostics.Metrics;
using Polly.Telemetry;

namespace ElasticSynapse.Gateway.Telemetry;

/// <summary>Counts what Polly's pipelines tell of themselves, under the name that Polly.Extensions has for it.</summary>
/// <remarks>pollydocs.org, "Telemetry", Metrics. Its two durations are left out: they are in milliseconds, which Prometheus' checks
/// refuse, and every try is timed as a request to a replica anyway.</remarks>
internal sealed class ResilienceEvents(IMeterFactory factory) : TelemetryListener
{
    private readonly Counter<long> _events = factory.Create("Polly").CreateCounter<long>(
        "resilience.polly.strategy.events", "{event}", "Events of Polly's pipelines.");

    public override void Write<TResult, TArgs>(in TelemetryEventArguments<TResult, TArgs> args)
    {
        // These two are the durations.
        if (typeof(TArgs) != typeof(PipelineExecutedArguments) && typeof(TArgs) != typeof(ExecutionAttemptArguments))
        {
            _events.Add(
                1, new("event.name", args.Event.EventName), new("event.severity", args.Event.Severity.ToString()),
                new("pipeline.name", args.Source.PipelineName), new("strategy.name", args.Source.StrategyName));
        }
    }
}
