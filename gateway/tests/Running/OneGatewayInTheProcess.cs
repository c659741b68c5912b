namespace ElasticSynapse.Gateway.Tests.Running;

/// <summary>Tests that read /metrics run alone. The SDK listens to the whole process and knows a meter by its name, so it
/// takes the servers of other tests for the gateway, and drops an instrument for good when the first of them ends.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneGatewayInTheProcess
{
    public const string Name = "one gateway in the process";
}
