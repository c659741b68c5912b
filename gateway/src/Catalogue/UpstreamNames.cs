using ElasticSynapse.Gateway.Health;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>Learns what the two fixed upstreams serve from the headers that every answer of theirs carries, so that callers
/// may name models that nobody has configured here.</summary>
internal sealed class UpstreamNames(LiveFleet fleet, ReplicaProbe probe)
{
    private readonly Lock _learning = new();

    /// <summary>Takes note of who an upstream says it is. Models of a catalogue have the names that the catalogue gives them.</summary>
    public void Learn(Replica from, string? name, string? version)
    {
        if (name is null || version is null || Upstream(from) is not { } model || Knows(model, name, version))
        {
            return;
        }
        lock (_learning)
        {
            fleet.Publish(new ModelCatalogue([.. fleet.Current.Models.Select(each => each.Entry.Kind != model.Entry.Kind ? each.Entry : each.Entry with
            {
                Name = name, IsNamed = true, Versions = [each.Entry.Versions[0] with { Version = version }],
            })]));
        }
    }

    /// <summary>Asks upstreams whose name nobody knows yet.</summary>
    public async Task LearnAsync(CancellationToken cancellationToken)
    {
        var unnamed = fleet.Current.Models.Where(model => !model.Entry.IsNamed).SelectMany(model => model.Versions[0].Replicas).ToArray();
        foreach (var (replica, answer) in await Task.WhenAll(unnamed.Select(async replica => (replica, await probe.AskAsync(replica, cancellationToken)))))
        {
            Learn(replica, answer.ModelName, answer.ModelVersion);
        }
    }

    private ModelPool? Upstream(Replica replica) => fleet.Current.Models.FirstOrDefault(model =>
        model.Entry.IsUpstream && model.Versions is [{ Replicas: [var only] }] && only == replica);

    private static bool Knows(ModelPool model, string name, string version) =>
        model.Entry.IsNamed && model.Name == name && model.Versions[0].Version == version;
}
