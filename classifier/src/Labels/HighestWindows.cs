namespace ElasticSynapse.Classifier.Labels;

/// <summary>Where in a text that was read window by window the labels scored highest.</summary>
/// <param name="Count">Windows that were read.</param>
/// <param name="Strongest">Index of the window with the highest probability of all labels.</param>
/// <param name="Spans">[labels]: first UTF-16 unit of the label's highest window, and the one behind its last.</param>
internal sealed record HighestWindows(int Count, int Strongest, (int Start, int Stop)[] Spans);
