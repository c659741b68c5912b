namespace ElasticSynapse.Classifier.Tests;

/// <summary>Tests of what the whole process shares, its memory and its meters: nothing else may run meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneInTheProcess
{
    public const string Name = "alone in the process";
}
