namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>Tests that start a monitored stack, each class its own so that it can count exactly, run after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MonitoredStackCollection
{
    public const string Name = "monitored stack";
}
