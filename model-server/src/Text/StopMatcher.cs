namespace ElasticSynapse.ModelServer.Text;

/// <summary>
/// Finds the first stop string in text that arrives in pieces, across the borders of tokens: the one that is complete first,
/// so that it does not matter how the text is cut. Text that may still become a stop string is held back, and released as
/// soon as it can't.
/// </summary>
/// <param name="stops">None of them empty. Compared ordinally.</param>
/// <param name="includeStop">Whether the stop string itself is shown.</param>
internal sealed class StopMatcher(IReadOnlyList<string> stops, bool includeStop = false) : IStopRule
{
    private string _held = "";

    public bool Stopped { get; private set; }

    public string Append(string piece)
    {
        if (stops.Count == 0)
        {
            return piece;
        }
        if (Stopped || piece.Length == 0)
        {
            return "";
        }
        var text = _held + piece;
        if (FirstStop(text) is { } stop)
        {
            Stopped = true;
            _held = "";
            return text[..(includeStop ? stop.End : stop.Start)];
        }
        var held = LongestPartialStop(text);
        _held = text[^held..];
        return text[..^held];
    }

    public string Flush()
    {
        var rest = _held;
        _held = "";
        return rest;
    }

    // The stop that ends first, the longest of several.
    private (int Start, int End)? FirstStop(string text)
    {
        var (first, firstEnd) = (-1, int.MaxValue);
        foreach (var stop in stops)
        {
            var start = text.IndexOf(stop, StringComparison.Ordinal);
            var end = start + stop.Length;
            if (start >= 0 && (end < firstEnd || (end == firstEnd && start < first)))
            {
                (first, firstEnd) = (start, end);
            }
        }
        return first < 0 ? null : (first, firstEnd);
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
