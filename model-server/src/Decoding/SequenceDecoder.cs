using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>Runs one sequence through the model: the prompt in chunks, then a token a step. Only the scheduler thread uses it.</summary>
internal sealed class SequenceDecoder : IDisposable
{
    /// <summary>Prompt tokens of one run. Chunks lie on multiples of this from position 0, whatever the prompt, because
    /// where a chunk ends shows in the last bits of the logits.</summary>
    public const int ChunkTokens = 128;

    private readonly Gpt2Model _model;
    private readonly KvCache _cache;
    private readonly float[] _logits; // [vocabulary]
    private readonly BoundRun _step;  // one token, with logits
    private int _position;

    public SequenceDecoder(Gpt2Model model)
    {
        _model = model;
        _cache = new KvCache(model.Config);
        _logits = new float[model.Config.VocabularySize];
        _step = new BoundRun(model, _cache, tokens: 1, _logits);
    }

    /// <summary>Forgets the sequence; the next token is at position 0.</summary>
    public void Reset() => _position = 0;

    /// <summary>Appends tokens to the sequence and returns the logits after the last of them, [vocabulary], valid until the next call.</summary>
    /// <param name="tokens">At least one; position plus tokens within the context.</param>
    /// <param name="cancelled">Looked at between chunks.</param>
    public ReadOnlySpan<float> Append(scoped ReadOnlySpan<int> tokens, CancellationToken cancelled)
    {
        while (tokens.Length > 0)
        {
            cancelled.ThrowIfCancellationRequested();
            var chunk = Math.Min(tokens.Length, ChunkTokens - (_position % ChunkTokens));
            Run(tokens[..chunk], wantLogits: chunk == tokens.Length);
            tokens = tokens[chunk..];
        }
        return _logits;
    }

    /// <summary>Appends tokens as <see cref="Append"/> does, and shows the logits after every one of them on the way.</summary>
    /// <param name="tokens">At least one; position plus tokens within the context.</param>
    /// <param name="visit">Gets the index of a token and the logits after it, [vocabulary], valid during the call.</param>
    /// <param name="cancelled">Looked at between chunks.</param>
    public ReadOnlySpan<float> AppendVisiting(scoped ReadOnlySpan<int> tokens, LogitsVisitor visit, CancellationToken cancelled)
    {
        var rows = new float[Math.Min(tokens.Length, ChunkTokens) * _logits.Length]; // [chunk, vocabulary]
        for (var done = 0; done < tokens.Length;)
        {
            cancelled.ThrowIfCancellationRequested();
            var chunk = Math.Min(tokens.Length - done, ChunkTokens - (_position % ChunkTokens));
            using (var run = new BoundRun(_model, _cache, chunk, rows.AsMemory(0, chunk * _logits.Length)))
            {
                run.Run(tokens.Slice(done, chunk), _position);
            }
            for (var row = 0; row < chunk; row++)
            {
                visit(done + row, rows.AsSpan(row * _logits.Length, _logits.Length));
            }
            _position += chunk;
            done += chunk;
            rows.AsSpan((chunk - 1) * _logits.Length, _logits.Length).CopyTo(_logits);
        }
        return _logits;
    }

    public void Dispose()
    {
        _step.Dispose();
        _cache.Dispose();
    }

    private void Run(ReadOnlySpan<int> tokens, bool wantLogits)
    {
        if (tokens.Length == 1 && wantLogits)
        {
            _step.Run(tokens, _position);
        }
        else
        {
            using var chunk = new BoundRun(_model, _cache, tokens.Length, wantLogits ? _logits : default(Memory<float>));
            chunk.Run(tokens, _position);
        }
        _position += tokens.Length;
    }
}
