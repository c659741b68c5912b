using System.Runtime.InteropServices;
using System.Text;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Tokenization;

namespace ElasticSynapse.ModelServer.Beams;

/// <summary>Whether a token completes a stop string, for beams, which keep tokens and no text: as <see cref="SequenceText"/>
/// finds it.</summary>
/// <param name="request">None of its stop strings is empty.</param>
/// <param name="tokenizer">Of the model.</param>
internal sealed class StopTail(SequenceRequest request, BpeTokenizer tokenizer)
{
    private readonly byte[][] _stops = [.. request.Stops.Select(Encoding.UTF8.GetBytes)];
    private readonly List<byte> _tail = [];

    /// <param name="generated">Tokens before it, without the prompt's.</param>
    /// <param name="token">The last one.</param>
    public bool IsCompletedBy(ReadOnlySpan<int> generated, int token)
    {
        if (_stops.Length == 0 || generated.Length < request.Sampling.MinTokens)
        {
            return false;
        }
        if (IsHidden(token))
        {
            return request.Stops.Contains(tokenizer.TokenText(token));
        }
        var before = _stops.Max(stop => stop.Length) - 1;
        _tail.Clear();
        for (var i = generated.Length - 1; i >= 0 && _tail.Count < before; i--)
        {
            if (!IsHidden(generated[i]))
            {
                _tail.InsertRange(0, tokenizer.Bytes(generated[i]));
            }
        }
        var start = _tail.Count;
        _tail.AddRange(tokenizer.Bytes(token));
        foreach (var stop in _stops)
        {
            // Complete before the token, it has ended the text before, or was not yet looked for.
            var from = Math.Max(0, start - stop.Length + 1);
            if (CollectionsMarshal.AsSpan(_tail)[from..].IndexOf(stop) >= 0)
            {
                return true;
            }
        }
        return false;
    }

    private bool IsHidden(int token) => !request.ShowsSpecialTokens && tokenizer.IsSpecial(token);
}
