namespace ElasticSynapse.Gateway.Tests.Running;

/// <summary>A version as a test writes it into a catalogue file.</summary>
internal sealed record FileVersion(string Version, double Weight, string[]? Labels, params Uri[] Replicas)
{
    public FileVersion(string version, double weight, params Uri[] replicas)
        : this(version, weight, null, replicas)
    {
    }
}
