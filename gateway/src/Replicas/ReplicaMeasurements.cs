using System.Diagnostics.Metrics;

namespace ElasticSynapse.Gateway.Replicas;

/// <summary>The fleet in numbers, for gauges.</summary>
internal static class ReplicaMeasurements
{
    private static readonly string[] States = ["ready", "not_ready", "ejected", "unknown"];

    /// <summary>A number for each replica.</summary>
    public static IEnumerable<Measurement<int>> Of(Fleet fleet, Func<Replica, int> number) =>
        Versions(fleet).SelectMany(version => version.Replicas.Select(replica => new Measurement<int>(
            number(replica), new("model", version.Model.Name), new("version", version.Version), new("replica", replica.Address.Name))));

    /// <summary>How many replicas each version has in each state; 0 is told too, so that a version without any is seen.</summary>
    public static IEnumerable<Measurement<int>> ByState(Fleet fleet) =>
        Versions(fleet).SelectMany(version => States.Select(state => new Measurement<int>(
            version.Replicas.Count(replica => State(replica) == state),
            new("model", version.Model.Name), new("version", version.Version), new("state", state))));

    /// <summary>The weight of each version, under each of its labels, or under none.</summary>
    public static IEnumerable<Measurement<double>> Weights(Fleet fleet) =>
        Versions(fleet).SelectMany(version => version.Entry.Labels.DefaultIfEmpty("").Select(label => new Measurement<double>(
            version.Weight, new("model", version.Model.Name), new("version", version.Version), new("label", label))));

    private static string State(Replica replica) => replica switch
    {
        { Outlier.IsEjected: true } => "ejected",
        { Health: ReplicaHealth.Ready } => "ready",
        { Health: ReplicaHealth.NotReady } => "not_ready",
        _ => "unknown",
    };

    private static IEnumerable<VersionPool> Versions(Fleet fleet) => fleet.Models.SelectMany(model => model.Versions);
}
