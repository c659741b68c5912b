using System.Collections.Immutable;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Versions;

/// <summary>Which version of a model answers a request.</summary>
internal static class VersionChoice
{
    /// <summary>A pinned version, ready or not at all; without a pin one by weight among those that are ready.</summary>
    /// <remarks>One that nobody has asked yet counts only while none is known to be ready. Where none is ready and none is pinned, weights decide alone: trying may succeed, refusing can't. One without replicas that
    /// can be given one is chosen as it is.</remarks>
    public static VersionDecision Choose(ModelPool model, in VersionRequest request)
    {
        if (request.Pin is { IsNone: false } pin)
        {
            return Pinned(model, pin);
        }
        var version = ByWeight(model.Versions, request.Key, version => version.IsKnownToBeReady && version.Weight > 0)
            ?? ByWeight(model.Versions, request.Key, version => version.IsReady && version.Weight > 0)
            ?? ByWeight(model.Versions, request.Key, version => !version.Replicas.IsEmpty && version.Weight > 0)
            ?? ByWeight(model.Versions, request.Key, version => version.Weight > 0);
        return version is null ? new VersionDecision(VersionOutcome.NotReady, null)
            : version.Replicas.IsEmpty && !version.CanStart ? new VersionDecision(VersionOutcome.NotReady, version)
            : VersionDecision.Of(version);
    }

    /// <summary>A version with a probability proportional to its weight. The same key gets the same version, and changing the
    /// weights moves only as many keys as the shares change.</summary>
    /// <remarks>Weighted rendezvous hashing: the largest -weight / ln(hash) wins (Thaler and Ravishankar 1998; Schindelhauer
    /// and Schomaker 2005).</remarks>
    public static VersionPool? ByWeight(ImmutableArray<VersionPool> versions, ulong key, Func<VersionPool, bool> takesPart)
    {
        VersionPool? best = null;
        var bestScore = double.NegativeInfinity;
        foreach (var version in versions)
        {
            if (!takesPart(version))
            {
                continue;
            }
            // In (0, 1): at neither end has the logarithm a use.
            var hash = Draws.Fraction(StableHash.Combine(key, version.NameHash)) + (0.5 / (1UL << 53));
            var score = -version.Weight / Math.Log(hash);
            if (score > bestScore)
            {
                (best, bestScore) = (version, score);
            }
        }
        return best;
    }

    /// <summary>The version that is meant; null where the model has none such.</summary>
    public static VersionPool? Find(ModelPool model, VersionPin pin) => pin.Label is { } label
        ? model.Versions.FirstOrDefault(version => version.Entry.Labels.Contains(label))
        : Named(model, pin.Version!);

    private static VersionDecision Pinned(ModelPool model, VersionPin pin)
    {
        var version = Find(model, pin);
        if (version is null)
        {
            // While nobody knows what the replicas serve they judge themselves.
            return model is { Entry.IsNamed: false, Versions: [var any] } && pin.Label is null ? VersionDecision.Of(any)
                : new VersionDecision(pin.Label is null ? VersionOutcome.UnknownVersion : VersionOutcome.UnknownLabel, null);
        }
        return version.IsReady || version.CanStart ? VersionDecision.Of(version) : new VersionDecision(VersionOutcome.NotReady, version);
    }

    // TensorFlow Serving's clients know versions as numbers: the time of export, if that tells them apart.
    private static VersionPool? Named(ModelPool model, string asked)
    {
        var exact = model.Versions.FirstOrDefault(version => version.Version == asked);
        if (exact is not null || !asked.All(char.IsAsciiDigit))
        {
            return exact;
        }
        var byNumber = model.Versions.Where(version => version.Version.StartsWith(asked + "_", StringComparison.Ordinal)).Take(2).ToArray();
        return byNumber is [var only] ? only : null;
    }
}
