using System.Security.Cryptography;
using System.Text;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.ModelServer.Tests.Tokenization;

public class PieceScannerTests
{
    // Pieces are separated by '|'.
    [Theory]
    [InlineData("a  b", "a| | b")]
    [InlineData("a \n b", "a| \n| b")]
    [InlineData("a\n\nb", "a|\n|\n|b")]
    [InlineData("a\n b", "a|\n| b")]
    [InlineData("a   ", "a|   ")]
    [InlineData("a\tb", "a|\t|b")]
    [InlineData("I'm", "I|'m")]
    [InlineData("don't", "don|'t")]
    [InlineData("3.14", "3|.|14")]
    [InlineData("x  ", "x|  ")]
    [InlineData("'dog", "'d|og")]
    [InlineData("'Sx", "'|Sx")]
    [InlineData("we'll've'reX", "we|'ll|'ve|'re|X")]
    [InlineData("it 's", "it| '|s")]
    [InlineData("!'s", "!'|s")]
    [InlineData("''s", "''|s")]
    [InlineData("it\u2019s", "it|\u2019|s")]
    [InlineData(" \u00A0x", " |\u00A0|x")]
    [InlineData("\u00A0 x", "\u00A0| x")]
    [InlineData("a\u2028b", "a|\u2028|b")]
    [InlineData("a\u200Bb", "a|\u200B|b")]
    [InlineData("a\uFEFFb", "a|\uFEFF|b")]
    [InlineData("a\u180Eb", "a|\u180E|b")]
    [InlineData("a\u0085b", "a|\u0085|b")]
    [InlineData("x\u00B2\u00BD\u2167", "x|\u00B2\u00BD\u2167")]
    [InlineData("e\u0301x", "e|\u0301|x")]
    [InlineData("\U0001D400\U0001D401 \U00020000", "\U0001D400\U0001D401| \U00020000")]
    [InlineData("x\U0001D7D81", "x|\U0001D7D81")]
    [InlineData("a\U0001F600b", "a|\U0001F600|b")]
    public void NextEnd_Text_CutsAsTheReferencePattern(string text, string pieces) =>
        Assert.Equal(pieces, string.Join('|', Cut(text)));

    // SHA-256 of the pieces, each after a '|', of "a{c}1{c} {c}{c}!" for every character c, a line each: by the ByteLevel
    // pre-tokenizer of tokenizers 0.23.1.
    [Fact]
    public void NextEnd_EveryCharacter_CutsAsHuggingFace()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (Rune.TryCreate(value, out var character))
                hash.AppendData(Encoding.UTF8.GetBytes($"|{string.Join('|', Cut($"a{character}1{character} {character}{character}!"))}\n"));
        }
        Assert.Equal("5162aff2c688760be4b3fe8ab790db6c9d97cb21ff79cf9253b168a4600ad3c5", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void NextEnd_UnpairedSurrogates_AreSymbols() =>
        Assert.Equal(["a", "\uD800", "b", "\uDC00\uDC00"], Cut("a\uD800b\uDC00\uDC00"));

    [Fact]
    public void NextEnd_AnyText_CoversItInOrder() =>
        Check.One(AwkwardText.Settings, Prop.ForAll(AwkwardText.Arbitrary, text => string.Concat(Cut(text)) == text));

    private static List<string> Cut(string text)
    {
        var pieces = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = PieceScanner.NextEnd(text, start);
            Assert.True(end > start);
            pieces.Add(text[start..end]);
            start = end;
        }
        return pieces;
    }
}
