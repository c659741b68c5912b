using ElasticSynapse.ModelServer.Text;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>What one step of a sequence brought.</summary>
/// <param name="Text">Text that may be shown now; empty while a character or a possible stop string is incomplete.</param>
/// <param name="Tokens">Tokens generated so far in this sequence, the end-of-text token included.</param>
/// <param name="Finish">Set on the last piece.</param>
/// <param name="Placed">The tokens of <paramref name="Text"/>, if log-probabilities were asked for.</param>
internal readonly record struct GeneratedPiece(string Text, int Tokens, FinishReason? Finish, IReadOnlyList<PlacedToken> Placed)
{
    /// <summary>Of the last piece of a ranked sequence: the mean log-probability of its tokens.</summary>
    public float Score { get; init; }
}
