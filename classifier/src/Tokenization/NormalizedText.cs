using System.Text;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>A text as Hugging Face's BertNormalizer leaves it: what added tokens that are matched as normalized are looked for
/// in. Made only for vocabularies that have such tokens.</summary>
internal sealed class NormalizedText
{
    private readonly List<(int Start, int Stop)> _sources = []; // of each UTF-16 unit

    private NormalizedText(ReadOnlySpan<char> text, WordPieceRules rules)
    {
        var normalized = new StringBuilder(text.Length);
        Span<Rune> characters = stackalloc Rune[CanonicalDecompositions.MaxLength];
        for (var position = 0; position < text.Length;)
        {
            Rune.DecodeFromUtf16(text[position..], out var source, out var units);
            var count = CharacterNormalizer.Normalize(source, rules, characters);
            if (count == CharacterNormalizer.WhiteSpace)
                (characters[0], count) = (rules.CleanText ? new Rune(' ') : source, 1);
            var isolated = count > 0 && rules.IsolateCjk && BertCharacters.IsCjk(source);
            var before = normalized.Length;
            normalized.Append(isolated ? " " : "");
            foreach (var character in characters[..count])
                normalized.Append(character.ToString());
            normalized.Append(isolated ? " " : "");
            for (; before < normalized.Length; before++)
                _sources.Add((position, position + units));
            position += units;
        }
        Text = normalized.ToString();
    }

    public string Text { get; }

    public static NormalizedText Of(ReadOnlySpan<char> text, WordPieceRules rules) => new(text, rules);

    /// <summary>The part of the source that a part of <see cref="Text"/> came from, which has at least one unit.</summary>
    public (int Start, int Stop) SourceOf(int start, int stop) => (_sources[start].Start, _sources[stop - 1].Stop);
}
