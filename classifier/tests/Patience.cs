namespace ElasticSynapse.Classifier.Tests;

/// <summary>How long a test waits for a condition: an upper bound for a busy machine, not an expectation.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
}
