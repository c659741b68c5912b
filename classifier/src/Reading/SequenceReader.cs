using System.Globalization;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Tokenization;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Reading;

/// <summary>Turns texts into sequences that the model takes.</summary>
/// <param name="maxTokens">Most tokens of a sequence, with what encoding adds.</param>
/// <param name="tokenTypes">Rows of the model's token type embedding: a pair needs two.</param>
/// <param name="windowOverlap">Share of a window that the next repeats.</param>
internal sealed class SequenceReader(WordPieceTokenizer tokenizer, int maxTokens, int tokenTypes, double windowOverlap)
{
    private const int AddedToOne = 2;  // [CLS] text [SEP]
    private const int AddedToPair = 3; // [CLS] text [SEP] text [SEP]

    /// <exception cref="ApiException">The text is too long and may not be cut, or a pair that this model can't read.</exception>
    public ReadText Read(TextInput input, LongTexts longTexts, bool allowSpecial) => (input.Second, longTexts) switch
    {
        (not null, _) => ReadPair(input.Text, input.Second, longTexts, allowSpecial),
        (null, LongTexts.CutEnd) => CutEnd(input.Text, allowSpecial),
        (null, _) => ReadWhole(input.Text, longTexts, allowSpecial),
    };

    /// <summary>A text's own tokens and where they come from, the first <paramref name="most"/> of them.</summary>
    public WordPieceToken[] TokensOf(string text, bool allowSpecial, int most = int.MaxValue - AddedToOne) =>
        tokenizer.EncodeWithOffsets(text, most + AddedToOne, allowSpecial)[1..^1];

    /// <summary>[CLS], a text's own tokens, [SEP].</summary>
    public TokenSequence Sequence(IEnumerable<int> tokens) => new([tokenizer.ClassificationId, .. tokens, tokenizer.SeparatorId]);

    // The way of nearly all texts: reading stops where the model would.
    private ReadText CutEnd(string text, bool allowSpecial)
    {
        // One token more than the model takes tells whether there are more.
        var tokens = tokenizer.Encode(text, maxTokens + 1, allowSpecial);
        return tokens.Length <= maxTokens
            ? new ReadText([new TokenSequence(tokens)], tokens.Length, IsTruncated: false)
            : new ReadText([new TokenSequence([.. tokens.AsSpan(0, maxTokens - 1), tokenizer.SeparatorId])], maxTokens, IsTruncated: true);
    }

    private ReadText ReadWhole(string text, LongTexts longTexts, bool allowSpecial)
    {
        var size = maxTokens - AddedToOne;
        if (longTexts == LongTexts.Windows && size > 0)
        {
            return ReadWindows(text, size, allowSpecial);
        }
        var all = tokenizer.Encode(text, int.MaxValue, allowSpecial);
        if (all.Length <= maxTokens)
        {
            return new ReadText([new TokenSequence(all)], all.Length, IsTruncated: false);
        }
        RefuseIfAsked(longTexts, all.Length);
        return new ReadText([Sequence(all[1..^1][^size..])], maxTokens, IsTruncated: true);
    }

    private ReadText ReadWindows(string text, int size, bool allowSpecial)
    {
        var tokens = TokensOf(text, allowSpecial);
        var windows = Window.Over(tokens.Length, size, windowOverlap);
        TokenSequence[] sequences = [.. windows.Select(window => Sequence(tokens.Skip(window.First).Take(window.Count).Select(token => token.Id)))];
        TextWindow[] spans = [.. windows.Select(window => window.Count == 0
            ? new TextWindow(window, 0, text.Length)
            : new TextWindow(window, tokens[window.First].Start, tokens[window.First + window.Count - 1].Stop))];
        return new ReadText(sequences, tokens.Length + AddedToOne, IsTruncated: false, spans);
    }

    private ReadText ReadPair(string text, string second, LongTexts longTexts, bool allowSpecial)
    {
        if (tokenTypes < 2 || maxTokens < AddedToPair)
        {
            throw ApiException.Invalid("inputs", "a pair of texts was sent; this model reads single texts only");
        }
        var first = tokenizer.Encode(text, int.MaxValue, allowSpecial)[1..^1];
        var other = tokenizer.Encode(second, int.MaxValue, allowSpecial)[1..^1];
        var tokens = first.Length + other.Length + AddedToPair;
        if (tokens > maxTokens)
        {
            RefuseIfAsked(longTexts, tokens);
            var isLeft = longTexts == LongTexts.CutBeginning;
            var (keptFirst, keptOther) = LongestFirst(Encoded(first, isLeft), Encoded(other, isLeft), maxTokens - AddedToPair);
            (first, other) = isLeft
                ? (first[^keptFirst..], other[^keptOther..])
                : (first[..keptFirst], other[..keptOther]);
        }
        int[] ids = [tokenizer.ClassificationId, .. first, tokenizer.SeparatorId, .. other, tokenizer.SeparatorId];
        var types = new int[ids.Length];
        types.AsSpan(first.Length + 2).Fill(1);
        return new ReadText([new TokenSequence(ids, types)], ids.Length, IsTruncated: tokens > maxTokens);
    }

    // How much of a text huggingface/tokenizers 0.23 encodes before the two are compared: words, from the end that is kept, until
    // they have as many tokens as the model takes.
    private int Encoded(ReadOnlySpan<int> tokens, bool isLeft)
    {
        var count = Math.Min(tokens.Length, maxTokens);
        while (count < tokens.Length && tokenizer.IsContinuation(isLeft ? tokens[^count] : tokens[count]))
        {
            count++;
        }
        return count;
    }

    /// <summary>How many tokens of each text of a pair are kept: the longer one is cut first.</summary>
    /// <remarks>huggingface/tokenizers, <c>truncate_encodings</c> with <c>longest_first</c>.</remarks>
    internal static (int First, int Second) LongestFirst(int first, int second, int room)
    {
        var (shorter, longer) = (Math.Min(first, second), Math.Max(first, second));
        longer = shorter > room ? shorter : Math.Max(shorter, room - shorter);
        if (shorter + longer > room)
        {
            shorter = room / 2;
            longer = shorter + (room % 2);
        }
        return first <= second ? (shorter, longer) : (longer, shorter);
    }

    private void RefuseIfAsked(LongTexts longTexts, int tokens)
    {
        if (longTexts == LongTexts.Refuse)
        {
            throw new ApiException(ErrorKind.ContextLengthExceeded, string.Create(CultureInfo.InvariantCulture,
                $"the text has {tokens:N0} tokens; this model takes {maxTokens:N0}, and the request forbids to truncate"));
        }
    }
}
