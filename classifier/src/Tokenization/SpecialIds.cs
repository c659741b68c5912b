using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>The ids of the tokens that a sequence is made with.</summary>
/// <param name="Unknown">For a word that no tokens make.</param>
/// <param name="Classification">In front of a sequence.</param>
/// <param name="Separator">Behind each of its texts.</param>
/// <param name="Padding">null where there is no such token.</param>
internal sealed record SpecialIds(int Unknown, int Classification, int Separator, int? Padding)
{
    /// <param name="file">The vocabulary's path, for messages.</param>
    /// <param name="texts">What the tokens look like.</param>
    /// <param name="tokens">The vocabulary.</param>
    /// <param name="added">Tokens beside it.</param>
    /// <exception cref="CheckpointException">One of them is no token.</exception>
    public static SpecialIds Of(string file, SpecialTexts texts, IReadOnlyDictionary<string, int> tokens, IReadOnlyList<AddedToken> added)
    {
        return new SpecialIds(Required(texts.Unknown), Required(texts.Classification), Required(texts.Separator), Find(texts.Padding));

        int? Find(string text) => added.FirstOrDefault(token => token.Text == text)?.Id ?? (tokens.TryGetValue(text, out var id) ? id : null);

        int Required(string text) => Find(text)
            ?? throw new CheckpointException($"{file}: {text} is missing; expected {texts.Unknown}, {texts.Classification} and {texts.Separator} among the tokens");
    }
}
