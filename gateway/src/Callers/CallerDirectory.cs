using System.Collections.Immutable;
using System.Security.Cryptography;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>Who has which key. Replaced as a whole when the file changes.</summary>
internal sealed class CallerDirectory(TimeProvider time)
{
    private volatile Entry[] _entries = [];

    /// <summary>Stands for the keys that are in effect: another object once they are others.</summary>
    public object Current => _entries;

    public bool IsCurrent(object keys) => ReferenceEquals(keys, _entries);

    /// <summary>Puts other keys into effect. Callers whose limits stay the same keep what they have used of them.</summary>
    public void Publish(ImmutableArray<CallerKey> keys)
    {
        var known = _entries.Select(entry => entry.Caller).DistinctBy(caller => caller.Name).ToDictionary(caller => caller.Name);
        var callers = keys.Select(key => key.Caller).DistinctBy(caller => caller.Name).ToDictionary(
            caller => caller.Name,
            caller => known.TryGetValue(caller.Name, out var same) && HasSameLimits(same.Entry, caller) ? same : new Caller(caller, time));
        _entries = [.. keys.Select(key => new Entry(key.Hash, callers[key.Caller.Name]))];
    }

    /// <summary>Whose key it is, or null. Takes as long for a key that is nearly right as for one that is all wrong.</summary>
    public Caller? Find(ReadOnlySpan<char> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        CallerKey.HashOf(key, hash);
        Caller? found = null;
        foreach (var entry in _entries)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, entry.Hash))
            {
                found = entry.Caller;
            }
        }
        return found;
    }

    private static bool HasSameLimits(CallerEntry before, CallerEntry now) =>
        before with { Models = now.Models } == now && before.Models.SequenceEqual(now.Models);

    private sealed record Entry(byte[] Hash, Caller Caller);
}
