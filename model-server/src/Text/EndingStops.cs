namespace ElasticSynapse.ModelServer.Text;

/// <summary>Ends a text after the token with which it ends in a stop string, as Hugging Face TGI does: the stop string is shown,
/// and one that begins or ends inside a token is not seen.</summary>
/// <param name="stops">None of them empty. Compared ordinally.</param>
internal sealed class EndingStops(IReadOnlyList<string> stops) : IStopRule
{
    private readonly int _longest = stops.Max(stop => stop.Length);
    private string _end = ""; // of the text so far, as long as the longest stop string

    public bool Stopped { get; private set; }

    public bool EndsAtHidden(string text) => stops.Contains(text);

    public string Append(string piece)
    {
        if (Stopped)
        {
            return "";
        }
        _end += piece;
        _end = _end[Math.Max(0, _end.Length - _longest)..];
        Stopped = piece.Length > 0 && stops.Any(stop => _end.EndsWith(stop, StringComparison.Ordinal));
        return piece;
    }

    public string Flush() => "";
}
