using System.Globalization;
using System.Text;
using ElasticSynapse.Classifier.Tokenization;

namespace ElasticSynapse.Classifier.Tests.Tokenization;

public class CanonicalDecompositionsTests
{
    // ICU of another Unicode version may know more characters; those that both know have to agree.
    [Fact]
    public void Strip_EveryCharacter_EqualsDecomposedWithoutMarks()
    {
        // Without ICU Normalize returns its input, and there is nothing to compare with.
        if ("\u00E9".Normalize(NormalizationForm.FormD).Length == 1)
            return;
        var wrong = new List<string>();
        var result = new Rune[CanonicalDecompositions.MaxLength];
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.TryCreate(value, out var rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherNotAssigned)
                continue;
            var expected = string.Concat(rune.ToString().Normalize(NormalizationForm.FormD).EnumerateRunes()
                .Where(part => Rune.GetUnicodeCategory(part) != UnicodeCategory.NonSpacingMark));
            var actual = string.Concat(result[..CanonicalDecompositions.Strip(rune, result)]);
            if (expected != actual)
                wrong.Add($"U+{value:X}");
        }
        Assert.Empty(wrong);
    }
}
