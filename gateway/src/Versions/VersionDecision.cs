using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Versions;

/// <summary>Which version answers, or why none does.</summary>
internal readonly record struct VersionDecision(VersionOutcome Outcome, VersionPool? Version)
{
    public static VersionDecision Of(VersionPool version) => new(VersionOutcome.Chosen, version);
}
