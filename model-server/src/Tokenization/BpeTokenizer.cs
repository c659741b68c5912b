using System.Buffers;
using System.Text;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>
/// GPT-2's byte-level BPE. Gives the ids of Hugging Face's fast tokenizer. Immutable after loading: any thread may call it.
/// </summary>
/// <remarks>Source: Radford et al. 2019, openai/gpt-2 <c>src/encoder.py</c>; huggingface/tokenizers defines the rest.</remarks>
internal sealed class BpeTokenizer
{
    // Bytes of one piece that are merged on the stack; longer ones rent.
    private const int StackBytes = 384;

    private readonly BpeVocabulary _vocabulary;
    private readonly PieceMerger _merger;
    private readonly AddedTokenMatcher[] _addedTokens; // those of the second are looked for in what the first leaves
    private readonly HashSet<int> _specialIds;

    internal BpeTokenizer(BpeVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _merger = new PieceMerger(new PairTable(vocabulary.Merges));
        _addedTokens = [.. vocabulary.AddedTokens.GroupBy(token => token.Normalized).OrderBy(group => group.Key).Select(group => new AddedTokenMatcher(group))];
        _specialIds = [.. vocabulary.AddedTokens.Where(token => token.Special).Select(token => token.Id)];
    }

    /// <summary>One more than the highest token id. A model may have more rows than that (padding).</summary>
    public int VocabularySize => _vocabulary.Size;

    /// <summary>The id of <c>&lt;|endoftext|&gt;</c>; null where the vocabulary has none.</summary>
    public int? EndOfTextId => _vocabulary.EndOfTextId;

    /// <summary>Reads <c>tokenizer.json</c>, else <c>vocab.json</c> and <c>merges.txt</c>, else <c>encoder.json</c> and
    /// <c>vocab.bpe</c> (OpenAI's names); and <c>tokenizer_config.json</c> if there.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="rows">Of the model's embedding: special tokens without an id get those that are left.</param>
    /// <exception cref="CheckpointException">The folder has no vocabulary, or a broken or unsupported one.</exception>
    public static BpeTokenizer Load(string folder, int rows = 0) => new(BpeVocabularyReader.Read(folder, rows));

    /// <summary>What the checkpoint puts around every prompt; Hugging Face's <c>add_special_tokens</c>.</summary>
    public TokensAround Around => _vocabulary.Around;

    /// <summary>Token ids of <paramref name="text"/>; unpaired surrogates count as U+FFFD.</summary>
    /// <param name="text">Any text, also empty.</param>
    /// <param name="allowSpecial">true: special tokens such as <c>&lt;|endoftext|&gt;</c> in the text become their ids, as in
    /// Hugging Face. false: they are ordinary text, so callers cannot inject them. Other added tokens always match.</param>
    /// <param name="addAround">Whether they get what the checkpoint puts around a prompt.</param>
    public int[] Encode(string text, bool allowSpecial = false, bool addAround = false)
    {
        var around = addAround ? Around : TokensAround.None;
        var ids = new List<int>(text.Length / 3 + 8);
        ids.AddRange(around.Front);
        Encode(text, 0, allowSpecial, 0, ids, spans: null);
        ids.AddRange(around.Behind);
        return [.. ids];
    }

    /// <summary>As <see cref="Encode(string, bool, bool)"/>, with the characters that each token came from: none for those around.</summary>
    public TokenSpan[] EncodeWithOffsets(string text, bool allowSpecial = false, bool addAround = false)
    {
        var around = addAround ? Around : TokensAround.None;
        var spans = new List<TokenSpan>(text.Length / 3 + 8);
        spans.AddRange(around.Front.Select(id => new TokenSpan(id, 0, 0)));
        Encode(text, 0, allowSpecial, 0, [], spans);
        spans.AddRange(around.Behind.Select(id => new TokenSpan(id, 0, 0)));
        return [.. spans];
    }

    /// <summary>Text of <paramref name="ids"/>; each maximal invalid UTF-8 prefix becomes one U+FFFD. Ids outside the
    /// vocabulary give nothing.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        var bytes = new ArrayBufferWriter<byte>(ids.Length * 6 + 1);
        foreach (var id in ids)
        {
            if (!skipSpecial || !IsSpecial(id))
                bytes.Write(Bytes(id));
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>The bytes that a token adds to a text: not always whole characters. Empty outside the vocabulary.</summary>
    public ReadOnlySpan<byte> Bytes(int id) => _vocabulary.Bytes(id);

    /// <summary>The token by itself as text, such as <c>" world"</c>; bytes that are no whole character show as U+FFFD.</summary>
    public string TokenText(int id) => Encoding.UTF8.GetString(Bytes(id));

    /// <summary>Whether decoding with skipSpecial leaves <paramref name="id"/> out.</summary>
    public bool IsSpecial(int id) => _specialIds.Contains(id);

    private void Encode(ReadOnlySpan<char> text, int offset, bool allowSpecial, int matcher, List<int> ids, List<TokenSpan>? spans)
    {
        if (matcher == _addedTokens.Length)
        {
            EncodeBetween(text, offset, ids, spans);
            return;
        }
        var position = 0;
        while (_addedTokens[matcher].Find(text, position, allowSpecial) is var (token, start, stop))
        {
            Encode(text[position..start], offset + position, allowSpecial, matcher + 1, ids, spans);
            if (spans is null)
                ids.Add(token.Id);
            else
                spans.Add(new TokenSpan(token.Id, offset + start, offset + stop));
            position = stop;
        }
        Encode(text[position..], offset + position, allowSpecial, matcher + 1, ids, spans);
    }

    // Every stretch of text gets its prefix: that at the beginning, and each one behind an added token.
    private void EncodeBetween(ReadOnlySpan<char> text, int offset, List<int> ids, List<TokenSpan>? spans)
    {
        if (!_vocabulary.AddsPrefixSpace || text.IsEmpty || text[0] == ' ')
        {
            EncodeOrdinary(text, offset, ids, spans);
            return;
        }
        var first = spans?.Count ?? 0;
        EncodeOrdinary(string.Concat(" ", text), offset - 1, ids, spans);
        if (spans is not null)
            spans[first] = spans[first] with { Start = offset };
    }

    private void EncodeOrdinary(ReadOnlySpan<char> text, int offset, List<int> ids, List<TokenSpan>? spans)
    {
        Span<byte> stackBytes = stackalloc byte[StackBytes];
        Span<int> stackTokens = stackalloc int[StackBytes];
        for (var start = 0; start < text.Length;)
        {
            var end = PieceScanner.NextEnd(text, start);
            var piece = text[start..end];
            var room = piece.Length * 3; // a UTF-16 unit is at most three bytes
            var rentedBytes = room > StackBytes ? ArrayPool<byte>.Shared.Rent(room) : null;
            var rentedTokens = room > StackBytes ? ArrayPool<int>.Shared.Rent(room) : null;
            var bytes = rentedBytes ?? stackBytes;
            var tokens = rentedTokens ?? stackTokens;

            var count = Encoding.UTF8.GetBytes(piece, bytes);
            for (var i = 0; i < count; i++)
                tokens[i] = _vocabulary.IdOfByte(bytes[i]);
            count = _merger.Apply(tokens[..count]);
            if (spans is null)
                ids.AddRange(tokens[..count]);
            else
                AddSpans(piece, offset + start, tokens[..count], spans);

            if (rentedBytes is not null)
                ArrayPool<byte>.Shared.Return(rentedBytes);
            if (rentedTokens is not null)
                ArrayPool<int>.Shared.Return(rentedTokens);
            start = end;
        }
    }

    private void AddSpans(ReadOnlySpan<char> piece, int offset, ReadOnlySpan<int> tokens, List<TokenSpan> spans)
    {
        var position = 0; // the character that the next byte belongs to
        var bytesTaken = 0; // of that character
        foreach (var id in tokens)
        {
            var start = position;
            var stop = position;
            for (var remaining = Bytes(id).Length; remaining > 0;)
            {
                Rune.DecodeFromUtf16(piece[position..], out var rune, out var units);
                var taken = Math.Min(remaining, rune.Utf8SequenceLength - bytesTaken);
                stop = position + units;
                remaining -= taken;
                bytesTaken += taken;
                if (bytesTaken == rune.Utf8SequenceLength)
                {
                    position += units;
                    bytesTaken = 0;
                }
            }
            spans.Add(new TokenSpan(id, offset + start, offset + stop));
        }
    }
}
