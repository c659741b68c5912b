using System.Globalization;
using System.Text;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>Unicode's categories as Hugging Face's tokenizers know them, which are those of Unicode 8. .NET's are newer, and would
/// drop, strip or cut off some 600 characters that Hugging Face keeps.</summary>
internal static partial class HuggingFaceCategories
{
    /// <returns>What Hugging Face takes the character for, as far as cleaning, stripping and cutting go.</returns>
    public static UnicodeCategory Of(Rune character)
    {
        var category = Rune.GetUnicodeCategory(character);
        return character.Value < Unknown[0] || category < UnicodeCategory.NonSpacingMark ? category : Of(character.Value, category);
    }

    private static UnicodeCategory Of(int character, UnicodeCategory category) => character switch
    {
        0x166D or 0x111C9 => UnicodeCategory.OtherPunctuation, // a symbol and a mark today
        0x1734 or 0x1171E => UnicodeCategory.NonSpacingMark, // spacing today
        _ => IsUnknown(character) ? UnicodeCategory.OtherNotAssigned : category,
    };

    private static bool IsUnknown(int character)
    {
        var at = Unknown.BinarySearch(character);
        // In between: behind the first of a range is an odd place.
        return at >= 0 || (~at & 1) != 0;
    }
}
