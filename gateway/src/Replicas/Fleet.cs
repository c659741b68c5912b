using System.Collections.Frozen;
using System.Collections.Immutable;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Replicas;

/// <summary>A catalogue with the live state of its replicas. Immutable but for that state: a request works with the fleet
/// that it began with.</summary>
internal sealed class Fleet
{
    private readonly TaskCompletionSource _superseded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FrozenDictionary<string, ModelPool> _byName;

    private Fleet(ImmutableArray<ModelPool> models, bool isKnown)
    {
        (Models, IsKnown) = (models, isKnown);
        _byName = models.Where(model => model.Entry.IsNamed).ToFrozenDictionary(model => model.Name, StringComparer.Ordinal);
    }

    public ImmutableArray<ModelPool> Models { get; }

    /// <summary>False while nobody knows what there is.</summary>
    public bool IsKnown { get; }

    /// <summary>Completes when another fleet has taken its place.</summary>
    public Task Superseded => _superseded.Task;

    public IEnumerable<Replica> Replicas => Models.SelectMany(model => model.Versions).SelectMany(version => version.Replicas);

    /// <exception cref="ApiException">Nobody knows what there is: to say that a model does not exist would be a guess.</exception>
    public void ThrowIfUnknown()
    {
        if (!IsKnown)
        {
            throw new ApiException(ErrorKind.NotReady, "the gateway does not know its models yet: it has not reached the API server since it started") { RetryAfterSeconds = 1 };
        }
    }

    public void Supersede() => _superseded.TrySetResult();

    /// <summary>Whether a model waits for its replica to say its name.</summary>
    public bool HasUnnamed => Models.Any(model => !model.Entry.IsNamed);

    public bool Has(string model) => _byName.ContainsKey(model);

    /// <summary>The model of that name, or, while nobody knows the names, the one of the kind, whose replica will judge.</summary>
    public ModelPool? Find(string name, ModelKind? kind) =>
        _byName.TryGetValue(name, out var model) ? model
        : kind is { } wanted && Default(wanted) is { Entry.IsNamed: false } unnamed ? unnamed
        : null;

    /// <summary>The model that answers when a request names none.</summary>
    public ModelPool? Default(ModelKind kind)
    {
        foreach (var model in Models)
        {
            if (model.Entry.Kind == kind)
            {
                return model;
            }
        }
        return null;
    }

    /// <summary>The fleet of <paramref name="catalogue"/>. Replicas that <paramref name="before"/> had at the same address keep
    /// what is known about them, and so do versions of which the catalogue says the same as before.</summary>
    public static Fleet Of(ModelCatalogue catalogue, Fleet? before, Func<ReplicaAddress, Replica> create, Func<VersionRecord> createRecord)
    {
        var known = before?.Replicas.DistinctBy(replica => replica.Address).ToDictionary(replica => replica.Address) ?? [];
        return new Fleet([.. catalogue.Models.Select(model => new ModelPool(model, Versions(model)))], catalogue.IsKnown);

        ImmutableArray<VersionPool> Versions(ModelEntry model)
        {
            var stable = model.Versions.Where(VersionPool.IsStable).Select(version => Version(model, version, null)).FirstOrDefault();
            return [.. model.Versions.Select(version => version == stable?.Entry ? stable : Version(model, version, VersionPool.IsCanary(version) ? stable : null))];
        }

        VersionPool Version(ModelEntry model, VersionEntry version, VersionPool? stable) =>
            new(model, version, [.. version.Replicas.Select(Resolve)], Record(model, version)) { Stable = stable };

        VersionRecord Record(ModelEntry model, VersionEntry version) =>
            before?.Models.FirstOrDefault(known => known.Name == model.Name)?.Versions
                .FirstOrDefault(known => known.Entry.IsSameAs(version))?.Record ?? createRecord();

        Replica Resolve(ReplicaAddress address)
        {
            if (!known.TryGetValue(address, out var replica))
            {
                known[address] = replica = create(address);
            }
            return replica;
        }
    }
}
