namespace ElasticSynapse.Classifier.Tests;

/// <summary>Tests that measure the memory of the process: nothing else may run meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneInTheProcess
{
    public const string Name = "alone in the process";
}
