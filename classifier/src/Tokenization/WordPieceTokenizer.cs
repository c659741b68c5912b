using System.Buffers;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>
/// BERT's tokenizer. Gives the ids of Hugging Face's fast tokenizer. Immutable after loading: any thread may call it.
/// </summary>
/// <remarks>Source: google-research/bert <c>tokenization.py</c>; where huggingface/tokenizers differs, that.</remarks>
internal sealed class WordPieceTokenizer
{
    private const int AddedTokens = 2; // [CLS] and [SEP]

    private readonly WordPieceVocabulary _vocabulary;
    private readonly AddedTokenMatcher _exactTokens;
    private readonly AddedTokenMatcher? _normalizedTokens; // looked for in what the exact ones leave
    private readonly Dictionary<int, string> _addedTexts;
    private readonly WordPieceRules _normalizedRules;      // of text that is normalized

    /// <param name="added">Tokens that are matched as a whole.</param>
    internal WordPieceTokenizer(WordPieceVocabulary vocabulary, WordPieceRules rules, int? modelMaxLength, IReadOnlyList<AddedToken> added, SpecialIds special)
    {
        _vocabulary = vocabulary;
        Rules = rules;
        ModelMaxLength = modelMaxLength;
        (UnknownId, ClassificationId, SeparatorId, PaddingId) = special;
        _normalizedRules = new WordPieceRules
        {
            LowerCase = false, StripAccents = false, IsolateCjk = false, CleanText = false, MaxWordCharacters = rules.MaxWordCharacters,
        };
        _addedTexts = added.GroupBy(token => token.Id).ToDictionary(token => token.Key, token => token.First().Text);
        _exactTokens = new AddedTokenMatcher(added.Where(token => !token.Normalized));
        AddedToken[] normalized = [.. added.Where(token => token.Normalized)
            .Select(token => token with { Text = NormalizedText.Of(token.Text, rules).Text }).Where(token => token.Text.Length > 0)];
        _normalizedTokens = normalized.Length > 0 ? new AddedTokenMatcher(normalized) : null;
    }

    public WordPieceRules Rules { get; }

    /// <summary>Tokens that the checkpoint says the model takes, with [CLS] and [SEP]; null where it does not say.</summary>
    public int? ModelMaxLength { get; }

    /// <summary>One more than the highest token id.</summary>
    public int VocabularySize => Math.Max(_vocabulary.Size, _addedTexts.Keys.Append(-1).Max() + 1);

    public int UnknownId { get; }

    public int ClassificationId { get; }

    public int SeparatorId { get; }

    /// <summary>null where the vocabulary has no token for it.</summary>
    public int? PaddingId { get; }

    /// <summary>Reads <c>tokenizer.json</c>, else <c>vocab.txt</c>; and <c>tokenizer_config.json</c> if there.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="lowerCase">Whether the model is uncased, where its files do not say. null: a vocabulary with upper-case
    /// letters outside its [..] tokens is cased.</param>
    /// <exception cref="Serving.Models.CheckpointException">The folder has no vocabulary, or a broken or unsupported one.</exception>
    public static WordPieceTokenizer Load(string folder, bool? lowerCase = null) => WordPieceReader.Read(folder, lowerCase);

    /// <summary>[CLS], the tokens of <paramref name="text"/>, [SEP]; cut on the right to <paramref name="maxLength"/>. Stops
    /// reading where that many are found.</summary>
    /// <param name="text">Any text, also empty.</param>
    /// <param name="maxLength">Most tokens of the result, at least 2.</param>
    /// <param name="allowSpecial">true: <c>[SEP]</c> and the like in the text become their ids, as in Hugging Face. false: they
    /// are ordinary text, as in Google's, so that no caller can end the text early. Added tokens that are not special always
    /// match.</param>
    /// <exception cref="ArgumentOutOfRangeException">maxLength is less than 2.</exception>
    public int[] Encode(string text, int maxLength, bool allowSpecial = false)
    {
        var pieces = Read(text, maxLength, allowSpecial);
        var ids = new int[pieces.Count + AddedTokens];
        ids[0] = ClassificationId;
        for (var i = 0; i < pieces.Count; i++)
            ids[i + 1] = pieces.Pieces[i].Id;
        ids[^1] = SeparatorId;
        pieces.Dispose();
        return ids;
    }

    /// <summary>As <see cref="Encode"/>, with the text of each token and the characters it came from.</summary>
    public WordPieceToken[] EncodeWithOffsets(string text, int maxLength, bool allowSpecial = false)
    {
        var pieces = Read(text, maxLength, allowSpecial);
        var tokens = new WordPieceToken[pieces.Count + AddedTokens];
        tokens[0] = new WordPieceToken(ClassificationId, TokenText(ClassificationId), 0, 0);
        for (var i = 0; i < pieces.Count; i++)
        {
            var (id, start, stop) = pieces.Pieces[i];
            tokens[i + 1] = new WordPieceToken(id, TokenText(id), start, stop);
        }
        tokens[^1] = new WordPieceToken(SeparatorId, TokenText(SeparatorId), 0, 0);
        pieces.Dispose();
        return tokens;
    }

    /// <summary>How many tokens <see cref="Encode"/> gives without a limit, [CLS] and [SEP] included. Reads the whole text.</summary>
    public int Count(string text, bool allowSpecial = false)
    {
        var pieces = Read(text, int.MaxValue, allowSpecial);
        var count = pieces.Count + AddedTokens;
        pieces.Dispose();
        return count;
    }

    /// <summary>The vocabulary's entry, such as <c>##ing</c>; empty for ids outside it.</summary>
    public string TokenText(int id) => _addedTexts.TryGetValue(id, out var text) ? text : _vocabulary.Text(id);

    /// <summary>Whether the token goes on with a word that an earlier one began.</summary>
    public bool IsContinuation(int id) => TokenText(id).StartsWith(WordPieceVocabulary.Continuation, StringComparison.Ordinal);

    // The caller disposes the result.
    private PieceBuffer Read(string text, int maxLength, bool allowSpecial)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, AddedTokens);
        var limit = maxLength - AddedTokens;
        var pieces = new PieceBuffer(Math.Min(limit, text.Length / 4) + 16);
        var position = 0;
        while (pieces.Count < limit && _exactTokens.Find(text, position, allowSpecial) is var (token, start, stop))
        {
            ReadBetween(text.AsSpan(position, start - position), position, allowSpecial, limit, ref pieces);
            pieces.Add(new PieceBuffer.Piece(token.Id, start, stop));
            position = stop;
        }
        ReadBetween(text.AsSpan(position), position, allowSpecial, limit, ref pieces);
        pieces.Truncate(limit);
        return pieces;
    }

    private void ReadBetween(ReadOnlySpan<char> text, int offset, bool allowSpecial, int limit, ref PieceBuffer pieces)
    {
        if (_normalizedTokens is null)
        {
            ReadWords(text, offset, Rules, limit, ref pieces);
            return;
        }
        var normalized = NormalizedText.Of(text, Rules);
        var (first, position) = (pieces.Count, 0);
        while (pieces.Count < limit && _normalizedTokens.Find(normalized.Text, position, allowSpecial) is var (token, start, stop))
        {
            ReadWords(normalized.Text.AsSpan(position, start - position), position, _normalizedRules, limit, ref pieces);
            pieces.Add(new PieceBuffer.Piece(token.Id, start, stop));
            position = stop;
        }
        ReadWords(normalized.Text.AsSpan(position), position, _normalizedRules, limit, ref pieces);
        pieces.Change(first, piece =>
        {
            var (start, stop) = normalized.SourceOf(piece.Start, piece.Stop);
            return piece with { Start = offset + start, Stop = offset + stop };
        });
    }

    private void ReadWords(ReadOnlySpan<char> text, int offset, WordPieceRules rules, int limit, ref PieceBuffer pieces)
    {
        var room = WordReader.Room(rules);
        var word = ArrayPool<char>.Shared.Rent(room);
        var sources = ArrayPool<int>.Shared.Rent(room * 2);
        var reader = new WordReader(text, rules, word, sources.AsSpan(0, room), sources.AsSpan(room, room));
        while (pieces.Count < limit && reader.Next())
        {
            var before = pieces.Count;
            if (!TryAddPieces(in reader, offset, ref pieces))
            {
                pieces.Truncate(before);
                pieces.Add(new PieceBuffer.Piece(UnknownId, offset + reader.Start, offset + reader.Stop));
            }
        }
        ArrayPool<char>.Shared.Return(word);
        ArrayPool<int>.Shared.Return(sources);
    }

    // Greedy, longest first. Where nothing matches the whole word is unknown, so false leaves pieces to take back.
    private bool TryAddPieces(ref readonly WordReader reader, int offset, ref PieceBuffer pieces)
    {
        if (reader.IsTooLong)
            return false;
        var word = reader.Word;
        for (var at = 0; at < word.Length;)
        {
            if (!_vocabulary.TryMatch(word[at..], isFirst: at == 0, out var id, out var length))
                return false;
            var (start, stop) = reader.SourceOf(at, at + length);
            pieces.Add(new PieceBuffer.Piece(id, offset + start, offset + stop));
            at += length;
        }
        return true;
    }
}
