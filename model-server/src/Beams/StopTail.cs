using System.Runtime.InteropServices;
using System.Text;
using ElasticSynapse.ModelServer.Tokenization;

namespace ElasticSynapse.ModelServer.Beams;

/// <summary>Whether a token completes a stop string, for beams, which keep tokens and no text.</summary>
/// <param name="stops">None of them empty.</param>
/// <param name="tokenizer">Of the model.</param>
internal sealed class StopTail(IReadOnlyList<string> stops, BpeTokenizer tokenizer)
{
    private readonly byte[][] _stops = [.. stops.Select(Encoding.UTF8.GetBytes)];
    private readonly List<byte> _tail = [];

    /// <param name="generated">Tokens before it, without the prompt's.</param>
    /// <param name="token">The last one.</param>
    public bool IsCompletedBy(ReadOnlySpan<int> generated, int token)
    {
        if (_stops.Length == 0)
        {
            return false;
        }
        var last = tokenizer.Bytes(token);
        var before = _stops.Max(stop => stop.Length) - 1;
        _tail.Clear();
        for (var i = generated.Length - 1; i >= 0 && _tail.Count < before; i--)
        {
            _tail.InsertRange(0, tokenizer.Bytes(generated[i]));
        }
        var start = _tail.Count;
        _tail.AddRange(last);
        foreach (var stop in _stops)
        {
            // Complete before the token, it would have ended the text before.
            var from = Math.Max(0, start - stop.Length + 1);
            if (CollectionsMarshal.AsSpan(_tail)[from..].IndexOf(stop) >= 0)
            {
                return true;
            }
        }
        return false;
    }
}
