using ElasticSynapse.ModelServer.Scheduling;

namespace ElasticSynapse.ModelServer.Generation;

/// <summary>Gathers pieces of one sequence until they are of so many tokens, or its last.</summary>
internal sealed class PieceBatch(int length)
{
    private GeneratedPiece? _gathered;
    private int _pieces;

    /// <summary>All that was gathered, once it is enough.</summary>
    public GeneratedPiece? Add(GeneratedPiece piece)
    {
        _gathered = _gathered is { } before
            ? piece with { Text = before.Text + piece.Text, Placed = [.. before.Placed, .. piece.Placed] }
            : piece;
        // The echoed prompt is a piece of no generated token, and nothing to wait behind.
        if (++_pieces < length && piece.Tokens > 0 && piece.Finish is null)
        {
            return null;
        }
        var whole = _gathered;
        (_gathered, _pieces) = (null, 0);
        return whole;
    }
}
