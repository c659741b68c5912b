using System.Buffers;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>A list of pieces in rented memory, so that encoding allocates only its result.</summary>
internal ref struct PieceBuffer
{
    private Piece[] _pieces;

    public PieceBuffer(int capacity)
    {
        _pieces = ArrayPool<Piece>.Shared.Rent(capacity);
    }

    internal readonly record struct Piece(int Id, int Start, int Stop);

    public int Count { get; private set; }

    public readonly ReadOnlySpan<Piece> Pieces => _pieces.AsSpan(0, Count);

    public void Add(Piece piece)
    {
        if (Count == _pieces.Length)
        {
            var larger = ArrayPool<Piece>.Shared.Rent(Count * 2);
            Pieces.CopyTo(larger);
            ArrayPool<Piece>.Shared.Return(_pieces);
            _pieces = larger;
        }
        _pieces[Count++] = piece;
    }

    /// <summary>Changes the pieces from <paramref name="first"/> on.</summary>
    public readonly void Change(int first, Func<Piece, Piece> change)
    {
        for (var i = first; i < Count; i++)
            _pieces[i] = change(_pieces[i]);
    }

    public void Truncate(int count) => Count = Math.Min(Count, count);

    public readonly void Dispose() => ArrayPool<Piece>.Shared.Return(_pieces);
}
