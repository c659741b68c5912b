namespace ElasticSynapse.ModelServer.Text;

/// <summary>
/// Finds the stop string that ends a text which arrives in pieces, across their borders. Of those that a piece completes, the
/// one that begins first; of those that begin together, the first of the list. Text that may still become a stop string is held
/// back, and released as soon as it can't.
/// </summary>
/// <param name="stops">None of them empty. Compared ordinally.</param>
/// <param name="includeStop">Whether the stop string itself is shown.</param>
/// <param name="freePieces">How many pieces come first in which no stop string may end.</param>
internal sealed class StopMatcher(IReadOnlyList<string> stops, bool includeStop = false, int freePieces = 0) : IStopRule
{
    private string _held = "";
    private int _heldFree; // characters of what is held in which no stop string may end
    private int _pieces;

    public bool Stopped { get; private set; }

    public bool EndsAtHidden(string text) => _pieces >= freePieces && stops.Contains(text);

    public string Append(string piece)
    {
        _pieces++;
        if (stops.Count == 0)
        {
            return piece;
        }
        if (Stopped || piece.Length == 0)
        {
            return "";
        }
        var text = _held + piece;
        var free = _pieces <= freePieces ? text.Length : _heldFree;
        if (FirstStop(text, free) is { } stop)
        {
            Stopped = true;
            _held = "";
            return text[..(includeStop ? stop.End : stop.Start)];
        }
        var held = LongestPartialStop(text);
        _held = text[^held..];
        _heldFree = Math.Max(0, free - (text.Length - held));
        return text[..^held];
    }

    public string Flush()
    {
        var rest = _held;
        _held = "";
        return rest;
    }

    // Of the stops that end behind the free characters.
    private (int Start, int End)? FirstStop(string text, int free)
    {
        (int Start, int End)? first = null;
        foreach (var stop in stops)
        {
            var from = Math.Max(0, free - stop.Length + 1);
            var start = from > text.Length ? -1 : text.IndexOf(stop, from, StringComparison.Ordinal);
            if (start >= 0 && (first is null || start < first.Value.Start))
            {
                first = (start, start + stop.Length);
            }
        }
        return first;
    }

    // Length of the longest end of the text that is a proper beginning of a stop string.
    private int LongestPartialStop(string text)
    {
        var longest = 0;
        foreach (var stop in stops)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
