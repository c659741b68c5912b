using System.Numerics;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>Pair of neighbouring token ids, to the rank and result of their merge. Immutable after filling.</summary>
/// <remarks>Merging does little but look pairs up, most of them absent. Open addressing in one array, at most half full, is
/// one cache line for most look-ups; a Dictionary takes two or three.</remarks>
internal sealed class PairTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const int NoMerge = int.MaxValue;

    private const ulong Empty = ulong.MaxValue; // ids are not negative, so no pair has this key

    private readonly Slot[] _slots;
    private readonly int _shift;

    private record struct Slot(ulong Pair, Merge Merge);

    /// <param name="Rank">Lower merges first; <see cref="NoMerge"/> for none.</param>
    /// <param name="Result">The id of both tokens together.</param>
    public readonly record struct Merge(int Rank, int Result);

    /// <param name="merges">In the order of their ranks. A repeated pair takes the later rank, as in the reference.</param>
    public PairTable(IReadOnlyList<(int Left, int Right, int Result)> merges)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2 * merges.Count, 2));
        _shift = 64 - BitOperations.Log2((uint)size);
        _slots = new Slot[size];
        Array.Fill(_slots, new Slot(Empty, new Merge(NoMerge, 0)));
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right, result) = merges[rank];
            _slots[Find(Key(left, right))] = new Slot(Key(left, right), new Merge(rank, result));
        }
    }

    /// <summary>How the two tokens merge, with the rank <see cref="NoMerge"/> where they do not.</summary>
    public Merge this[int left, int right] => _slots[Find(Key(left, right))].Merge;

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    // The pair's slot, or the empty one where it would be.
    private int Find(ulong pair)
    {
        var slots = _slots;
        var index = (int)(pair * 0x9E3779B97F4A7C15 >> _shift); // Fibonacci hashing: the high bits depend on all of both ids
        while (slots[index].Pair != pair && slots[index].Pair != Empty)
            index = (index + 1) & (slots.Length - 1);
        return index;
    }
}
