using System.Runtime.InteropServices;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>
/// Merges one long piece in about n log n: the tokens are a linked list over their first positions, and where a pair stands
/// is kept in one list per rank. Gives what always merging the leftmost pair of the lowest rank gives.
/// </summary>
/// <remarks>
/// A merge makes only pairs with its result in them, never its own pair again: so the list of a rank is complete when its
/// turn comes, is sorted once, and is worked off from the left. In a trained vocabulary those new pairs also have later
/// ranks; where a file has an earlier one, it goes first and the interrupted rank resumes.
/// </remarks>
internal ref struct LongPieceMerge
{
    private const int Gone = -1;

    private readonly PairTable _pairs;
    private readonly Span<int> _tokens;
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly PriorityQueue<Places, int> _ranks = new();
    private readonly Dictionary<int, Places> _placesOfRank = [];

    public LongPieceMerge(PairTable pairs, Span<int> tokens)
    {
        _pairs = pairs;
        _tokens = tokens;
        _next = new int[tokens.Length];
        _previous = new int[tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            _previous[i] = i - 1;
            _next[i] = i + 1;
        }
    }

    /// <summary>Merges in place. Returns how many tokens remain, at the front.</summary>
    public readonly int Run()
    {
        for (var i = 0; i + 1 < _tokens.Length; i++)
            Note(i, i + 1);
        while (_ranks.TryDequeue(out var places, out var rank))
        {
            if (MergeAt(places, rank))
                _placesOfRank.Remove(rank);
            else
                _ranks.Enqueue(places, rank);
        }

        var count = 0;
        for (var i = 0; i < _tokens.Length; i = _next[i])
            _tokens[count++] = _tokens[i];
        return count;
    }

    // Returns false where an earlier rank has come up and goes first.
    private readonly bool MergeAt(Places places, int rank)
    {
        CollectionsMarshal.AsSpan(places.Positions)[places.Done..].Sort();
        while (places.Done < places.Positions.Count)
        {
            var left = places.Positions[places.Done++];
            var right = _next[left];
            // The tokens here may have merged with others since.
            if (_tokens[left] != places.Left || right == _tokens.Length || _tokens[right] != places.Right)
                continue;

            _tokens[left] = places.Result;
            _tokens[right] = Gone;
            var after = _next[left] = _next[right];
            if (after < _tokens.Length)
            {
                _previous[after] = left;
                Note(left, after);
            }
            if (_previous[left] >= 0)
                Note(_previous[left], left);
            if (_ranks.TryPeek(out _, out var lowest) && lowest < rank)
                return places.Done == places.Positions.Count;
        }
        return true;
    }

    private readonly void Note(int left, int right)
    {
        var merge = _pairs[_tokens[left], _tokens[right]];
        if (merge.Rank == PairTable.NoMerge)
            return;
        if (!_placesOfRank.TryGetValue(merge.Rank, out var places))
        {
            places = new Places(_tokens[left], _tokens[right], merge.Result);
            _placesOfRank.Add(merge.Rank, places);
            _ranks.Enqueue(places, merge.Rank);
        }
        places.Positions.Add(left);
    }

    /// <summary>Where the pair of one rank stands, or stood.</summary>
    private sealed class Places(int left, int right, int result)
    {
        public int Left => left;

        public int Right => right;

        public int Result => result;

        public List<int> Positions { get; } = [];

        /// <summary>Positions worked off.</summary>
        public int Done { get; set; }
    }
}
