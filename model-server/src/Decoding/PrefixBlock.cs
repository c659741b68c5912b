using System.Runtime.InteropServices;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>A node of the <see cref="PrefixCache"/>: the tokens of one block, behind those of the blocks before it.</summary>
internal sealed class PrefixBlock
{
    private readonly Dictionary<int[], PrefixBlock> _next = new(TokenComparer.Instance);
    private readonly int[] _tokens;

    public PrefixBlock(PrefixBlock? before, int[] tokens, int place)
    {
        (Before, _tokens, Place) = (before, tokens, place);
        Use = new LinkedListNode<PrefixBlock>(this);
    }

    public PrefixBlock? Before { get; }

    /// <summary>Which of the cache's blocks of memory holds its keys and values.</summary>
    public int Place { get; }

    /// <summary>Whether a prompt has ended here, so that the logits behind its last token are kept too.</summary>
    public bool HasLogits { get; set; }

    /// <summary>Its place in the order of use.</summary>
    public LinkedListNode<PrefixBlock> Use { get; }

    public PrefixBlock? Next(ReadOnlySpan<int> tokens) =>
        _next.GetAlternateLookup<ReadOnlySpan<int>>().TryGetValue(tokens, out var block) ? block : null;

    /// <summary>The one of those behind it that begins with most of some tokens.</summary>
    /// <returns>And with how many; null if none begins with the first.</returns>
    public (PrefixBlock Block, int Tokens)? Closest(ReadOnlySpan<int> tokens)
    {
        (PrefixBlock Block, int Tokens)? closest = null;
        foreach (var (key, block) in _next)
        {
            var common = tokens.CommonPrefixLength(key);
            if (common > (closest?.Tokens ?? 0))
                closest = (block, common);
        }
        return closest;
    }

    public PrefixBlock Add(ReadOnlySpan<int> tokens, int place)
    {
        var block = new PrefixBlock(this, tokens.ToArray(), place);
        _next.Add(block._tokens, block);
        return block;
    }

    /// <summary>Forgets a block that none follows.</summary>
    public void Remove() => Before!._next.Remove(_tokens);

    private sealed class TokenComparer : IEqualityComparer<int[]>, IAlternateEqualityComparer<ReadOnlySpan<int>, int[]>
    {
        public static readonly TokenComparer Instance = new();

        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<int> alternate, int[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(int[] tokens) => GetHashCode(tokens.AsSpan());

        public int GetHashCode(ReadOnlySpan<int> tokens)
        {
            var hash = default(HashCode);
            hash.AddBytes(MemoryMarshal.AsBytes(tokens));
            return hash.ToHashCode();
        }

        public int[] Create(ReadOnlySpan<int> tokens) => tokens.ToArray();
    }
}
