using System.Text;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>
/// Cuts a text into BERT's words, one at a time: cleaned, accents stripped, lower-cased, punctuation and Chinese characters
/// by themselves. Knows for every character where in the text it came from.
/// </summary>
/// <remarks>
/// The steps are Hugging Face's BertNormalizer and BertPreTokenizer, done per character instead of per text: clean, isolate
/// Chinese, strip accents, lower-case, split at white space, split at punctuation.
/// </remarks>
internal ref struct WordReader
{
    private readonly ReadOnlySpan<char> _text;
    private readonly WordPieceRules _rules;
    private readonly Span<char> _word;
    private readonly Span<int> _starts; // [word] first UTF-16 unit of the source character
    private readonly Span<int> _stops; // [word] behind it

    private int _position;
    private int _length;

    // The characters that the last source character became and that are not yet in a word.
    private Pending _pending;
    private int _pendingNext;
    private int _pendingCount;
    private int _pendingStart;
    private bool _pendingIsolated;

    /// <param name="text">What to cut.</param>
    /// <param name="rules">How.</param>
    /// <param name="word">Room for a word: <see cref="Room"/> units.</param>
    /// <param name="starts">As long as <paramref name="word"/>.</param>
    /// <param name="stops">As long as <paramref name="word"/>.</param>
    public WordReader(ReadOnlySpan<char> text, WordPieceRules rules, Span<char> word, Span<int> starts, Span<int> stops)
    {
        _text = text;
        _rules = rules;
        _word = word;
        _starts = starts;
        _stops = stops;
    }

    /// <summary>UTF-16 units that the longest word worth keeping needs.</summary>
    public static int Room(WordPieceRules rules) => rules.MaxWordCharacters * 2;

    /// <summary>The word; incomplete where <see cref="IsTooLong"/>.</summary>
    public readonly ReadOnlySpan<char> Word => _word[.._length];

    /// <summary>Whether the word has more characters than the rules allow.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The part of the text that the word came from, in UTF-16 units.</summary>
    public int Start { get; private set; }

    public int Stop { get; private set; }

    /// <summary>The part of the text that a part of the word came from.</summary>
    public readonly (int Start, int Stop) SourceOf(int wordStart, int wordStop) => (_starts[wordStart], _stops[wordStop - 1]);

    /// <summary>Reads the next word. Returns false at the end of the text.</summary>
    public bool Next()
    {
        _length = 0;
        IsTooLong = false;
        var characters = 0;
        while (true)
        {
            while (_pendingNext < _pendingCount)
            {
                var character = _pending[_pendingNext];
                var stands = _pendingIsolated || BertCharacters.IsPunctuation(character);
                if (stands && characters > 0)
                    return true; // and comes again as the next word
                _pendingNext++;
                Append(character, ref characters);
                if (stands)
                    return true;
            }
            if (_position == _text.Length)
                return characters > 0;
            if (!Read() && characters > 0)
                return true;
        }
    }

    // Fills the pending characters from the next source character. Returns false where that is white space.
    private bool Read()
    {
        _pendingNext = 0;
        _pendingCount = 0;
        _pendingStart = _position;
        Rune.DecodeFromUtf16(_text[_position..], out var character, out var units);
        _position += units;

        var count = CharacterNormalizer.Normalize(character, _rules, _pending);
        if (count == CharacterNormalizer.WhiteSpace)
            return false;
        _pendingCount = count;
        _pendingIsolated = _rules.IsolateCjk && BertCharacters.IsCjk(character);
        return true;
    }

    private void Append(Rune character, ref int characters)
    {
        if (characters++ == 0)
            Start = _pendingStart;
        Stop = _position;
        IsTooLong = characters > _rules.MaxWordCharacters;
        if (IsTooLong)
            return;
        var units = character.EncodeToUtf16(_word[_length..]);
        _starts.Slice(_length, units).Fill(_pendingStart);
        _stops.Slice(_length, units).Fill(_position);
        _length += units;
    }

    [System.Runtime.CompilerServices.InlineArray(CanonicalDecompositions.MaxLength)]
    private struct Pending
    {
        private Rune _first;
    }
}
