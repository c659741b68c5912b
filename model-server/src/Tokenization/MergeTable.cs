using System.Buffers;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>Which neighbouring tokens become one, in which order. Immutable, so any number of threads may use it.</summary>
/// <remarks>
/// The leftmost pair of the lowest rank merges first, as in Hugging Face <c>Word::merge_all</c>. There is no cache of pieces:
/// a short piece costs a few dozen look-ups, and nothing grows with what callers send.
/// </remarks>
internal sealed class MergeTable
{
    // Up to here scanning for the lowest rank beats a heap; beyond it the scan's square would be a way to stall the server.
    private const int ShortPiece = 96;
    private const int NoMerge = int.MaxValue;

    private readonly Dictionary<ulong, Merge> _merges;

    private readonly record struct Merge(int Rank, int Id);

    /// <param name="merges">Left part, right part and result, in the order of their ranks. A repeated pair takes the later
    /// rank, as in the reference.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Result)> merges)
    {
        _merges = new Dictionary<ulong, Merge>(merges.Count);
        for (var rank = 0; rank < merges.Count; rank++)
            _merges[Pair(merges[rank].Left, merges[rank].Right)] = new Merge(rank, merges[rank].Result);
    }

    /// <summary>Merges in place. Returns how many tokens remain, at the front of <paramref name="tokens"/>.</summary>
    public int Apply(Span<int> tokens) => tokens.Length <= ShortPiece ? ApplyByScanning(tokens) : ApplyByHeap(tokens);

    private static ulong Pair(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private Merge Find(int left, int right) =>
        _merges.TryGetValue(Pair(left, right), out var merge) ? merge : new Merge(NoMerge, 0);

    private int ApplyByScanning(Span<int> tokens)
    {
        var count = tokens.Length;
        Span<Merge> merges = stackalloc Merge[ShortPiece]; // [i] joins tokens i and i + 1
        for (var i = 0; i + 1 < count; i++)
            merges[i] = Find(tokens[i], tokens[i + 1]);

        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
            {
                if (merges[i].Rank < merges[best].Rank)
                    best = i;
            }
            if (merges[best].Rank == NoMerge)
                break;

            tokens[best] = merges[best].Id;
            tokens[(best + 2)..count].CopyTo(tokens[(best + 1)..]);
            merges[(best + 1)..(count - 1)].CopyTo(merges[best..]);
            count--;
            if (best > 0)
                merges[best - 1] = Find(tokens[best - 1], tokens[best]);
            if (best + 1 < count)
                merges[best] = Find(tokens[best], tokens[best + 1]);
        }
        return count;
    }

    /// <summary>
    /// The same in n log n. Tokens are a linked list over their first positions; the heap is ordered by rank, then position.
    /// An entry whose tokens have changed since is recognised by its rank, which names one pair.
    /// </summary>
    private int ApplyByHeap(Span<int> tokens)
    {
        const int Gone = -1;
        var length = tokens.Length;
        var next = ArrayPool<int>.Shared.Rent(length);
        var previous = ArrayPool<int>.Shared.Rent(length);
        var candidates = new (int Position, ulong Order)[length - 1];
        var candidateCount = 0;
        for (var i = 0; i < length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1;
            if (i + 1 < length && Find(tokens[i], tokens[i + 1]) is { Rank: not NoMerge } merge)
                candidates[candidateCount++] = (i, Order(merge.Rank, i));
        }
        var heap = new PriorityQueue<int, ulong>(new ArraySegment<(int, ulong)>(candidates, 0, candidateCount));

        while (heap.TryDequeue(out var left, out var order))
        {
            var right = next[left];
            if (tokens[left] == Gone || right == length)
                continue;
            var merge = Find(tokens[left], tokens[right]);
            if (Order(merge.Rank, left) != order)
                continue;

            tokens[left] = merge.Id;
            tokens[right] = Gone;
            next[left] = next[right];
            if (next[left] < length)
            {
                previous[next[left]] = left;
                Offer(tokens, left, next[left]);
            }
            if (previous[left] >= 0)
                Offer(tokens, previous[left], left);
        }

        var count = 0;
        for (var i = 0; i < length; i = next[i])
            tokens[count++] = tokens[i];
        ArrayPool<int>.Shared.Return(next);
        ArrayPool<int>.Shared.Return(previous);
        return count;

        void Offer(Span<int> current, int left, int right)
        {
            var merge = Find(current[left], current[right]);
            if (merge.Rank != NoMerge)
                heap.Enqueue(left, Order(merge.Rank, left));
        }
    }

    private static ulong Order(int rank, int position) => (ulong)(uint)rank << 32 | (uint)position;
}
