namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>The tokens of a WordPiece model, found by spans. Immutable.</summary>
internal sealed class WordPieceVocabulary
{
    public const string Continuation = "##";

    private readonly string?[] _texts; // [id]
    private readonly Lookup _starts;
    private readonly Lookup _continuations; // without the ##

    /// <param name="tokens">Token to id; ids are whole numbers from 0, each used once.</param>
    public WordPieceVocabulary(IReadOnlyDictionary<string, int> tokens)
    {
        _texts = new string?[tokens.Count == 0 ? 0 : tokens.Values.Max() + 1];
        foreach (var (text, id) in tokens)
            _texts[id] = text;
        _starts = new Lookup(tokens.Where(token => !IsContinuation(token.Key) && token.Key.Length > 0));
        _continuations = new Lookup(tokens
            .Where(token => IsContinuation(token.Key) && token.Key.Length > Continuation.Length)
            .Select(token => KeyValuePair.Create(token.Key[Continuation.Length..], token.Value)));
    }

    /// <summary>One more than the highest id.</summary>
    public int Size => _texts.Length;

    /// <summary>The vocabulary's entry; empty for ids that no token has.</summary>
    public string Text(int id) => (uint)id < (uint)_texts.Length ? _texts[id] ?? "" : "";

    /// <summary>The longest token that <paramref name="rest"/> begins with.</summary>
    /// <param name="rest">What is left of a word.</param>
    /// <param name="isFirst">Whether that is the whole word; later pieces are looked up with <c>##</c> in front.</param>
    /// <param name="id">Its id.</param>
    /// <param name="length">UTF-16 units that the token takes.</param>
    public bool TryMatch(ReadOnlySpan<char> rest, bool isFirst, out int id, out int length) =>
        (isFirst ? _starts : _continuations).TryMatch(rest, out id, out length);

    private static bool IsContinuation(string token) => token.StartsWith(Continuation, StringComparison.Ordinal);

    private sealed class Lookup
    {
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
        private readonly int _longest;

        public Lookup(IEnumerable<KeyValuePair<string, int>> tokens)
        {
            var ids = new Dictionary<string, int>(tokens, StringComparer.Ordinal);
            _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();
            _longest = ids.Count == 0 ? 0 : ids.Keys.Max(token => token.Length);
        }

        // A token never ends within a surrogate pair, so trying every unit finds what trying every character would.
        public bool TryMatch(ReadOnlySpan<char> rest, out int id, out int length)
        {
            for (length = Math.Min(rest.Length, _longest); length > 0; length--)
            {
                if (_ids.TryGetValue(rest[..length], out id))
                    return true;
            }
            id = 0;
            return false;
        }
    }
}
