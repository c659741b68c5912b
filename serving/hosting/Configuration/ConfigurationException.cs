namespace ElasticSynapse.Serving.Hosting.Configuration;

/// <summary>A configuration that must not start. The message lists every mistake, one a line.</summary>
public sealed class ConfigurationException(IReadOnlyList<string> mistakes)
    : Exception(string.Join(Environment.NewLine, mistakes))
{
    /// <summary>One sentence each: key, value, what is accepted.</summary>
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}
