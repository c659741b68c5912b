namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>Merges the bytes of one piece to tokens. Immutable, so any number of threads may use it.</summary>
/// <remarks>
/// The leftmost pair of the lowest rank merges first, as in Hugging Face <c>Word::merge_all</c>. There is no cache of pieces:
/// a short piece costs a few dozen look-ups, and nothing grows with what callers send.
/// </remarks>
internal sealed class PieceMerger(PairTable pairs)
{
    // Up to here scanning for the lowest rank is fastest; beyond it the scan's square would be a way to stall the server.
    private const int ShortPiece = 96;

    /// <summary>Merges in place. Returns how many tokens remain, at the front of <paramref name="tokens"/>.</summary>
    public int Apply(Span<int> tokens) => tokens.Length switch
    {
        <= 1 => tokens.Length,
        <= ShortPiece => ApplyByScanning(tokens),
        _ => new LongPieceMerge(pairs, tokens).Run(),
    };

    private int ApplyByScanning(Span<int> tokens)
    {
        var count = tokens.Length;
        Span<PairTable.Merge> merges = stackalloc PairTable.Merge[count - 1]; // [i] joins tokens i and i + 1
        for (var i = 0; i < merges.Length; i++)
            merges[i] = pairs[tokens[i], tokens[i + 1]];

        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i < count - 1; i++)
            {
                if (merges[i].Rank < merges[best].Rank)
                    best = i;
            }
            if (merges[best].Rank == PairTable.NoMerge)
                break;

            tokens[best] = merges[best].Result;
            tokens[(best + 2)..count].CopyTo(tokens[(best + 1)..]);
            merges[(best + 1)..(count - 1)].CopyTo(merges[best..]);
            count--;
            if (best > 0)
                merges[best - 1] = pairs[tokens[best - 1], tokens[best]];
            if (best + 1 < count)
                merges[best] = pairs[tokens[best], tokens[best + 1]];
        }
        return count;
    }
}
