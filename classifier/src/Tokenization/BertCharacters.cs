using System.Globalization;
using System.Text;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>BERT's kinds of characters, as Hugging Face's fast tokenizer has them (<c>normalizers/bert.rs</c>,
/// <c>pre_tokenizers/bert.rs</c>).</summary>
internal static class BertCharacters
{
    /// <summary>What cleaning removes: U+0000, U+FFFD, and the categories Cc, Cf and Co but for tab, line feed and carriage
    /// return. Unassigned characters stay, unlike in Hugging Face's Python tokenizer.</summary>
    public static bool IsDropped(Rune character) => character.Value switch
    {
        '\t' or '\n' or '\r' => false,
        0xFFFD => true,
        _ => HuggingFaceCategories.Of(character)
            is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse,
    };

    /// <summary>Words by themselves. No Hiragana, Katakana or Hangul.</summary>
    public static bool IsCjk(Rune character) => character.Value
        is >= 0x4E00 and <= 0x9FFF
        or >= 0x3400 and <= 0x4DBF
        or >= 0x20000 and <= 0x2A6DF
        or >= 0x2A700 and <= 0x2B73F
        or >= 0x2B740 and <= 0x2B81F
        or >= 0x2B920 and <= 0x2CEAF // Google has 2B820; Hugging Face's ids are what counts
        or >= 0xF900 and <= 0xFAFF
        or >= 0x2F800 and <= 0x2FA1F;

    /// <summary>Words by themselves: ASCII's non-alphanumerics, also <c>$ + &lt; = &gt; ^ ` | ~</c>, and the categories P*.
    /// Symbols beyond ASCII are ordinary characters.</summary>
    public static bool IsPunctuation(Rune character) => character.IsAscii
        ? (char)character.Value is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~')
        : HuggingFaceCategories.Of(character) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;
}
