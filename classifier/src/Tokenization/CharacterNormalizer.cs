using System.Text;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>What Hugging Face's BertNormalizer makes of one character: clean, strip accents, lower-case.</summary>
internal static class CharacterNormalizer
{
    /// <summary>Stands for a count where the character is white space.</summary>
    public const int WhiteSpace = -1;

    /// <param name="character">An unpaired surrogate is U+FFFD, which cleaning drops.</param>
    /// <param name="rules">How.</param>
    /// <param name="result">Room for <see cref="CanonicalDecompositions.MaxLength"/>.</param>
    /// <returns>How many were written, none where the character is dropped; or <see cref="WhiteSpace"/>.</returns>
    public static int Normalize(Rune character, WordPieceRules rules, Span<Rune> result)
    {
        if (rules.CleanText && BertCharacters.IsDropped(character))
            return 0;
        if (Rune.IsWhiteSpace(character))
            return WhiteSpace;
        result[0] = character;
        var count = rules.StripAccents ? CanonicalDecompositions.Strip(character, result) : 1;
        return rules.LowerCase ? Lower(result, count) : count;
    }

    private static int Lower(Span<Rune> characters, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (characters[i].Value == 0x130)
            {
                // The one character whose lower case is two; .NET's invariant casing leaves it as it is. Here only where
                // accents stay, so it is alone.
                characters[i] = new Rune('i');
                characters[++i] = new Rune(0x307);
                count = i + 1;
            }
            else
            {
                characters[i] = Lower(characters[i]);
            }
        }
        return count;
    }

    // Capitals of Unicode 16 and 17: .NET's casing may be too old for them, Hugging Face's is not.
    private static Rune Lower(Rune character) => character.Value switch
    {
        0xA7CB => new Rune(0x264),
        0xA7DC => new Rune(0x19B),
        0x1C89 or 0xA7CC or 0xA7CE or 0xA7D2 or 0xA7D4 or 0xA7DA => new Rune(character.Value + 1),
        >= 0x10D50 and <= 0x10D65 => new Rune(character.Value + 0x20),
        >= 0x16EA0 and <= 0x16EB8 => new Rune(character.Value + 0x1B),
        _ => Rune.ToLowerInvariant(character),
    };
}
