using System.Collections.Immutable;

namespace ElasticSynapse.Gateway.Replicas;

/// <summary>Which replica of a version gets a request.</summary>
/// <remarks>By load: the better of two random choices (Mitzenmacher 2001), which needs no shared state between gateways.
/// By prompt: rendezvous hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2016), so that prompts that begin
/// alike meet the same prefix cache until that replica has more than its share.</remarks>
internal sealed class ReplicaChoice(ReplicaOptions options, Draws draws)
{
    /// <summary>A replica that has not been tried, available if any is; one that has been, if there is no other.</summary>
    /// <param name="replicas">All of the version.</param>
    /// <param name="tried">Those that this request has failed on.</param>
    /// <param name="affinity">Hash of the prompt's head, if there is one.</param>
    /// <returns>Null when the version has no replicas.</returns>
    public Replica? Choose(ImmutableArray<Replica> replicas, IReadOnlyCollection<Replica> tried, ulong? affinity)
    {
        switch (replicas)
        {
            case []:
                return null;
            case [var only]:
                return only;
        }
        var candidates = Candidates(replicas, tried);
        return candidates switch
        {
            [var only] => only,
            _ when affinity is { } key && options.AffinityBytes > 0 => ByPrompt(candidates, key),
            _ => ByLoad(candidates),
        };
    }

    private static List<Replica> Candidates(ImmutableArray<Replica> replicas, IReadOnlyCollection<Replica> tried)
    {
        var candidates = new List<Replica>(replicas.Length);
        Fill(replica => replica.IsAvailable && !tried.Contains(replica));
        if (candidates.Count == 0)
        {
            // Terminating, ejected or not ready: still more likely to answer than one that has just failed.
            Fill(replica => !tried.Contains(replica));
        }
        if (candidates.Count == 0)
        {
            Fill(replica => replica.IsAvailable);
        }
        return candidates.Count > 0 ? candidates : [.. replicas];

        void Fill(Func<Replica, bool> fits)
        {
            foreach (var replica in replicas)
            {
                if (fits(replica))
                {
                    candidates.Add(replica);
                }
            }
        }
    }

    private Replica ByLoad(List<Replica> candidates)
    {
        var first = draws.Next(candidates.Count);
        // Any but the first.
        var second = (first + 1 + draws.Next(candidates.Count - 1)) % candidates.Count;
        return candidates[first].ExpectedWork <= candidates[second].ExpectedWork ? candidates[first] : candidates[second];
    }

    private Replica ByPrompt(List<Replica> candidates, ulong key)
    {
        // The bound counts the request that is being placed, so that it always admits someone.
        var running = 1 + candidates.Sum(replica => replica.Requests);
        var bound = Math.Ceiling(options.AffinityLoadFactor * running / candidates.Count);
        Replica? best = null;
        var bestScore = 0UL;
        foreach (var replica in candidates)
        {
            var score = StableHash.Combine(key, replica.NameHash);
            if (replica.Requests < bound && (best is null || score > bestScore))
            {
                (best, bestScore) = (replica, score);
            }
        }
        return best ?? ByLoad(candidates);
    }
}
