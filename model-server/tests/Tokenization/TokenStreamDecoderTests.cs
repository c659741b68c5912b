using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.ModelServer.Tests.Tokenization;

public class TokenStreamDecoderTests
{
    [Fact]
    public void Append_CharacterOverTwoTokens_ComesOutWhole()
    {
        var stream = new TokenStreamDecoder(Vocabularies.Gpt2);
        Assert.Equal("", stream.Append(47249));
        Assert.Equal("\U0001F600", stream.Append(222));
        Assert.Equal("", stream.Flush());
    }

    [Fact]
    public void Append_LeadByteThenLetter_EmitsReplacementAtOnce()
    {
        var stream = new TokenStreamDecoder(Vocabularies.Gpt2);
        Assert.Equal("", stream.Append(47249));
        Assert.Equal("\uFFFD world", stream.Append(995));
    }

    [Fact]
    public void Flush_CharacterUnfinished_GivesReplacement()
    {
        var stream = new TokenStreamDecoder(Vocabularies.Gpt2);
        Assert.Equal("Hello", stream.Append(15496));
        Assert.Equal("", stream.Append(47249));
        Assert.Equal("\uFFFD", stream.Flush());
        Assert.Equal(" world", stream.Append(995));
    }

    [Fact]
    public void Append_IdsOutsideTheVocabularyOrSkipped_GiveNothing()
    {
        var stream = new TokenStreamDecoder(Vocabularies.Gpt2, skipSpecial: true);
        Assert.Equal("", stream.Append(50303));
        Assert.Equal("", stream.Append(-1));
        Assert.Equal("", stream.Append(50256));
        Assert.Equal("<|endoftext|>", new TokenStreamDecoder(Vocabularies.Gpt2).Append(50256));
    }

    // Ids of single bytes are frequent here, so most sequences are invalid UTF-8.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Append_RandomTokens_PiecesEqualWholeDecode(bool skipSpecial)
    {
        var ids = Gen.Frequency((3, Gen.Choose(0, 255)), (1, Gen.Choose(0, 50300)), (1, Gen.Elements(47249, 222, 50256, 30325, 235)))
            .ListOf().Select(list => list.ToArray()).ToArbitrary();
        Check.One(AwkwardText.Settings.WithMaxTest(2000), Prop.ForAll(ids, sequence =>
        {
            var stream = new TokenStreamDecoder(Vocabularies.Gpt2, skipSpecial);
            var pieces = sequence.Select(stream.Append).ToList();
            pieces.Add(stream.Flush());
            return string.Concat(pieces) == Vocabularies.Gpt2.Decode(sequence, skipSpecial);
        }));
    }
}
