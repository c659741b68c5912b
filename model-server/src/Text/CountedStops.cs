namespace ElasticSynapse.ModelServer.Text;

/// <summary>Ends a text behind the n-th match of a stop string, or behind the n-th stop character, whichever comes first.
/// Matches don't overlap; the match that decides is shown.</summary>
/// <param name="stop">Compared ordinally; null or empty for none.</param>
/// <param name="characters">Each of them counts; null or empty for none.</param>
/// <param name="count">How many are needed, at least 1.</param>
internal sealed class CountedStops(string? stop, string? characters, int count) : IStopRule
{
    private readonly HashSet<System.Text.Rune> _characters = [.. (characters ?? "").EnumerateRunes()];
    private string _unmatched = ""; // behind the last match, as far as a match may still begin there
    private int _stopsLeft = count;
    private int _charactersLeft = count;

    public bool Stopped { get; private set; }

    // Whoever counts stops is shown every token.
    public bool EndsAtHidden(string text) => false;

    public string Append(string piece)
    {
        if (Stopped)
        {
            return "";
        }
        var end = Math.Min(StringEnd(piece), CharacterEnd(piece));
        Stopped = end <= piece.Length;
        return Stopped ? piece[..end] : piece;
    }

    public string Flush() => "";

    // Where in the piece the deciding match ends; int.MaxValue if it does not.
    private int StringEnd(string piece)
    {
        if (string.IsNullOrEmpty(stop))
        {
            return int.MaxValue;
        }
        var text = _unmatched + piece;
        var from = 0;
        while (text.IndexOf(stop, from, StringComparison.Ordinal) is >= 0 and var start)
        {
            from = start + stop.Length;
            if (--_stopsLeft == 0)
            {
                return from - _unmatched.Length;
            }
        }
        _unmatched = text[Math.Max(from, text.Length - stop.Length + 1)..];
        return int.MaxValue;
    }

    private int CharacterEnd(string piece)
    {
        var end = 0;
        foreach (var rune in piece.EnumerateRunes())
        {
            end += rune.Utf16SequenceLength;
            if (_characters.Contains(rune) && --_charactersLeft == 0)
            {
                return end;
            }
        }
        return int.MaxValue;
    }
}
