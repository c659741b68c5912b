using ElasticSynapse.ModelServer.Sampling;

namespace ElasticSynapse.ModelServer.Text;

/// <summary>
/// Keeps tokens until their text is shown, so that a stop string never cuts text and leaves its tokens: one whose text is
/// cut, wholly or in part, is dropped.
/// </summary>
internal sealed class PlacedTokens
{
    private readonly Queue<(PlacedToken Token, int End)> _waiting = new();
    private int _decoded;
    private int _shown;

    /// <summary>Adds a token of the prompt, which waits for <see cref="ShowPrompt"/>.</summary>
    /// <param name="token">The token.</param>
    /// <param name="start">Where in the prompt its text begins, in characters.</param>
    /// <param name="logprobs">Null for the first.</param>
    public void AddPrompt(int token, int start, TokenLogprobs? logprobs) => _waiting.Enqueue((new PlacedToken(token, start, logprobs), 0));

    /// <summary>All tokens of the prompt, which is shown as it was asked: not as its tokens would be decoded.</summary>
    public IReadOnlyList<PlacedToken> ShowPrompt(string prompt)
    {
        var shown = Show(prompt);
        _decoded = _shown;
        return shown;
    }

    /// <param name="token">The token.</param>
    /// <param name="logprobs">Of the token.</param>
    /// <param name="text">The text that it completed.</param>
    public void Add(int token, TokenLogprobs logprobs, string text)
    {
        var start = _decoded;
        _decoded += Characters(text);
        _waiting.Enqueue((new PlacedToken(token, start, logprobs), _decoded));
    }

    /// <summary>The tokens whose text is shown once <paramref name="text"/> is.</summary>
    public IReadOnlyList<PlacedToken> Show(string text)
    {
        _shown += Characters(text);
        var shown = new List<PlacedToken>();
        while (_waiting.TryPeek(out var next) && next.End <= _shown)
        {
            shown.Add(_waiting.Dequeue().Token);
        }
        return shown;
    }

    private static int Characters(string text) => text.EnumerateRunes().Count();
}
