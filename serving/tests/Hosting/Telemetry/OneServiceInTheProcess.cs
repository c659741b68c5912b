namespace ElasticSynapse.Serving.Tests.Hosting.Telemetry;

/// <summary>Tests that read /metrics run alone. The SDK listens to the whole process and knows a meter by its name, so it
/// takes the services of other tests for this one, and drops an instrument for good when the first of them ends.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneServiceInTheProcess
{
    public const string Name = "one service in the process";
}
