using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Tokenization;

namespace ElasticSynapse.ModelServer.Generation;

/// <summary>A prompt as text and as the tokens that the model gets.</summary>
/// <param name="Text">What <c>echo</c> repeats; for a prompt of token ids their text.</param>
/// <param name="Tokens">At least one: an empty prompt starts from the end-of-text token.</param>
internal readonly record struct Prompt(string Text, int[] Tokens)
{
    // Tells which characters of the text each token came from, for the few who ask; null where the text came from the tokens.
    private Func<TokenSpan[]>? Spans { get; init; }

    /// <param name="text">May be empty.</param>
    /// <param name="generator">Whose tokens.</param>
    /// <param name="allowSpecial">Whether the text of a special token becomes that token; null for what the server says.</param>
    /// <param name="addSpecial">Whether it gets the tokens around it that the checkpoint asks for.</param>
    public static Prompt Of(string text, ServedGenerator generator, bool? allowSpecial = null, bool addSpecial = true)
    {
        var (tokenizer, allowed) = (generator.Tokenizer, allowSpecial ?? generator.AllowSpecialTokens);
        var tokens = tokenizer.Encode(text, allowed, addSpecial);
        return tokens.Length == 0
            ? Start(generator)
            : new Prompt(text, tokens) { Spans = () => tokenizer.EncodeWithOffsets(text, allowed, addSpecial) };
    }

    /// <summary>The empty prompt.</summary>
    public static Prompt Start(ServedGenerator generator) => new("", [generator.StartToken]);

    /// <summary>Its last tokens and their text, if it has more than <paramref name="most"/>.</summary>
    public Prompt Last(int most, ServedGenerator generator)
    {
        if (Tokens.Length <= most)
        {
            return this;
        }
        var last = Tokens[^most..];
        if (Spans is null)
        {
            return new Prompt(generator.Tokenizer.Decode(last), last);
        }
        var spans = Placed(Spans())[^most..];
        var start = spans[0].Start;
        return new Prompt(Text[start..], last)
        {
            Spans = () => [.. spans.Select(span => span with { Start = span.Start - start, Stop = span.Stop - start })],
        };
    }

    /// <summary>Its last tokens, for a caller that is shown the whole text all the same.</summary>
    public Prompt Window(int most) => Tokens.Length <= most ? this : new(Text, Tokens[^most..]);

    /// <summary>Where in the text each token begins, in characters (code points).</summary>
    public int[] Starts(BpeTokenizer tokenizer)
    {
        var starts = new int[Tokens.Length];
        if (Spans is null)
        {
            var (decoder, decoded) = (new TokenStreamDecoder(tokenizer), 0);
            // The start token of an empty prompt is a token, but no text.
            for (var i = 0; i < starts.Length && Text.Length > 0; i++)
            {
                starts[i] = decoded;
                decoded += Characters(decoder.Append(Tokens[i]));
            }
            return starts;
        }
        var (units, characters) = (0, 0);
        var spans = Placed(Spans());
        for (var i = 0; i < starts.Length; i++)
        {
            characters += Characters(Text.AsSpan(units, spans[i].Start - units));
            (units, starts[i]) = (spans[i].Start, characters);
        }
        return starts;
    }

    private static int Characters(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }
        return count;
    }

    // A token of no characters, put there by the tokenizer, stands where those before it end.
    private static TokenSpan[] Placed(TokenSpan[] spans)
    {
        var end = 0;
        for (var i = 0; i < spans.Length; i++)
        {
            if (spans[i].Start == spans[i].Stop)
            {
                spans[i] = spans[i] with { Start = end, Stop = end };
            }
            end = spans[i].Stop;
        }
        return spans;
    }
}
