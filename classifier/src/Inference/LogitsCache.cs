using System.Diagnostics.CodeAnalysis;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>
/// The logits of the sequences that were asked for last, bounded by bytes. Exact: an answer comes from here only where the
/// model would read the very same tokens. Any thread may call it.
/// </summary>
/// <param name="maxBytes">0 keeps nothing.</param>
internal sealed class LogitsCache(long maxBytes)
{
    // What the dictionary, the list and three objects take besides the numbers, on 64 bits.
    private const int EntryBytes = 240;

    private readonly object _gate = new();
    private readonly Dictionary<TokenSequence, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _recent = new(); // the most recently used first
    private long _bytes;

    private readonly record struct Entry(TokenSequence Sequence, float[] Logits)
    {
        public long Bytes => EntryBytes + sizeof(int) * (Sequence.Length + (Sequence.Types?.Length ?? 0)) + sizeof(float) * Logits.Length;
    }

    public bool IsOff => maxBytes == 0;

    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <param name="logits">[labels], not to be written to.</param>
    public bool TryGet(TokenSequence sequence, [NotNullWhen(true)] out float[]? logits)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(sequence, out var node))
            {
                logits = null;
                return false;
            }
            _recent.Remove(node);
            _recent.AddFirst(node);
            logits = node.Value.Logits;
            return true;
        }
    }

    /// <summary>Keeps the logits, and drops what was used longest ago until the bytes are within bounds.</summary>
    public void Add(TokenSequence sequence, float[] logits)
    {
        var entry = new Entry(sequence, logits);
        if (entry.Bytes > maxBytes)
        {
            return;
        }
        lock (_gate)
        {
            if (_entries.ContainsKey(sequence))
            {
                return;
            }
            _entries.Add(sequence, _recent.AddFirst(entry));
            _bytes += entry.Bytes;
            while (_bytes > maxBytes)
            {
                var oldest = _recent.Last!.Value;
                _recent.RemoveLast();
                _entries.Remove(oldest.Sequence);
                _bytes -= oldest.Bytes;
            }
        }
    }
}
