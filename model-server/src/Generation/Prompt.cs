using ElasticSynapse.ModelServer.Loading;

namespace ElasticSynapse.ModelServer.Generation;

/// <summary>A prompt as text and as the tokens that the model gets.</summary>
/// <param name="Text">What <c>echo</c> repeats; for a prompt of token ids their text.</param>
/// <param name="Tokens">At least one: an empty prompt starts from the end-of-text token.</param>
internal readonly record struct Prompt(string Text, int[] Tokens)
{
    /// <param name="text">May be empty.</param>
    /// <param name="generator">Whose tokens.</param>
    /// <param name="allowSpecial">Whether the text of a special token becomes that token; null for what the server says.</param>
    /// <param name="addSpecial">Whether it gets the tokens around it that the checkpoint asks for.</param>
    public static Prompt Of(string text, ServedGenerator generator, bool? allowSpecial = null, bool addSpecial = true)
    {
        var tokens = generator.Tokenizer.Encode(text, allowSpecial ?? generator.AllowSpecialTokens, addSpecial);
        return tokens.Length == 0 ? Start(generator) : new Prompt(text, tokens);
    }

    /// <summary>Its last tokens, if it has more than <paramref name="most"/>.</summary>
    public Prompt Last(int most, ServedGenerator generator)
    {
        if (Tokens.Length <= most)
        {
            return this;
        }
        var last = Tokens[^most..];
        return new Prompt(generator.Tokenizer.Decode(last), last);
    }

    /// <summary>The empty prompt.</summary>
    public static Prompt Start(ServedGenerator generator) => new("", [generator.StartToken]);
}
