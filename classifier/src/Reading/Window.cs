namespace ElasticSynapse.Classifier.Reading;

/// <summary>A stretch of a text's own tokens, without [CLS] and [SEP].</summary>
/// <param name="First">Index of the first token.</param>
/// <param name="Count">Tokens.</param>
internal readonly record struct Window(int First, int Count)
{
    /// <summary>Windows over a whole text, each as long as the model takes and the next one beginning before the last has
    /// ended. The last window ends with the text and so overlaps more, rather than being a scrap without context.</summary>
    /// <param name="tokens">Of the text.</param>
    /// <param name="size">Most tokens of a window, at least 1.</param>
    /// <param name="overlap">Share of a window that the next repeats, from 0 to below 1.</param>
    public static Window[] Over(int tokens, int size, double overlap)
    {
        if (tokens <= size)
        {
            return [new Window(0, tokens)];
        }
        var step = Math.Max(1, size - (int)(size * overlap));
        var count = 1 + ((tokens - size + step - 1) / step);
        return [.. Enumerable.Range(0, count).Select(i => new Window(Math.Min(i * step, tokens - size), size))];
    }
}
