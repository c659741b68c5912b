using System.Runtime.InteropServices;

namespace ElasticSynapse.ModelServer.Generation;

/// <summary>Prompts are the same when their tokens are.</summary>
internal sealed class TokensComparer : IEqualityComparer<int[]>
{
    public static readonly TokensComparer Instance = new();

    public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(int[] obj)
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes(obj.AsSpan()));
        return hash.ToHashCode();
    }
}
