using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>
/// Strips accents: canonical decomposition (NFD), without the non-spacing marks. Carried here because
/// <see cref="string.Normalize()"/> leaves the text as it is where ICU is missing (InvariantGlobalization), silently.
/// </summary>
/// <remarks>
/// One character at a time. NFD would also sort combining marks that follow each other; what is left after the non-spacing
/// ones are gone is 25 rare marks, and newer ones that Hugging Face does not know for such, whose order texts do not vary.
/// </remarks>
internal static partial class CanonicalDecompositions
{
    private const int HangulFirst = 0xAC00;
    private const int HangulLast = 0xD7A3;
    private const int MedialCount = 21;
    private const int FinalCount = 28;

    private static readonly FrozenDictionary<int, Rune[]> Bases = Parse(Table);

    /// <summary>Most characters that <see cref="Strip"/> writes.</summary>
    public const int MaxLength = 4;

    /// <summary>Writes what is left of <paramref name="character"/>: nothing for a non-spacing mark, itself for most others.</summary>
    /// <returns>How many of <paramref name="result"/> were written, at most <see cref="MaxLength"/>.</returns>
    public static int Strip(Rune character, Span<Rune> result)
    {
        var value = character.Value;
        if (value < 0xC0)
        {
            result[0] = character;
            return 1;
        }
        if (value is >= HangulFirst and <= HangulLast)
            return DecomposeHangul(value - HangulFirst, result);
        if (Bases.TryGetValue(value, out var bases))
        {
            bases.CopyTo(result);
            return bases.Length;
        }
        if (HuggingFaceCategories.Of(character) == UnicodeCategory.NonSpacingMark)
            return 0;
        result[0] = character;
        return 1;
    }

    // The Unicode Standard, 3.12: a syllable is an initial, a medial and perhaps a final letter. None of them is a mark.
    private static int DecomposeHangul(int syllable, Span<Rune> result)
    {
        var final = syllable % FinalCount;
        result[0] = new Rune(0x1100 + syllable / (MedialCount * FinalCount));
        result[1] = new Rune(0x1161 + syllable / FinalCount % MedialCount);
        if (final == 0)
            return 2;
        result[2] = new Rune(0x11A7 + final);
        return 3;
    }

    private static FrozenDictionary<int, Rune[]> Parse(string table) => table
        .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .Select(entry => entry.Split('=', '+').Select(hex => Convert.ToInt32(hex, 16)).ToArray())
        .ToFrozenDictionary(entry => entry[0], entry => entry[1..].Select(value => new Rune(value)).ToArray());
}
