using System.Diagnostics;
using System.Text;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.ModelServer.Tests.Tokenization;

public class BpeTokenizerTests
{
    // From the tests of transformers and tiktoken.
    [Theory]
    [InlineData("Hello world", new[] { 15496, 995 })]
    [InlineData(" Hello world", new[] { 18435, 995 })]
    [InlineData("hello world", new[] { 31373, 995 })]
    [InlineData("<|endoftext|>", new[] { 27, 91, 437, 1659, 5239, 91, 29 })]
    [InlineData("This is a test.", new[] { 1212, 318, 257, 1332, 13 })]
    [InlineData("0", new[] { 15 })]
    [InlineData("00", new[] { 405 })]
    [InlineData("000", new[] { 830 })]
    [InlineData("0000", new[] { 2388 })]
    [InlineData("00000", new[] { 20483 })]
    [InlineData("000000", new[] { 10535 })]
    [InlineData("0000000", new[] { 24598 })]
    [InlineData("00000000", new[] { 8269 })]
    [InlineData("000000000", new[] { 10535, 830 })]
    [InlineData("0000000000", new[] { 8269, 405 })]
    [InlineData("0000000000000000", new[] { 25645 })]
    [InlineData("00000000000000000", new[] { 8269, 10535, 830 })]
    [InlineData("", new int[0])]
    public void Encode_SpecialsAsText_GivesPublishedIds(string text, int[] ids) => Assert.Equal(ids, Vocabularies.Gpt2.Encode(text));

    [Theory]
    [InlineData("hello <|endoftext|>", new[] { 31373, 220, 50256 })]
    [InlineData("<|endoftext|>", new[] { 50256 })]
    [InlineData("<|endoftext|><|endoftext|>", new[] { 50256, 50256 })]
    [InlineData("<<|endoftext|>", new[] { 27, 50256 })]
    [InlineData("<|endoftext|", new[] { 27, 91, 437, 1659, 5239, 91 })]
    public void Encode_SpecialsAllowed_MatchesThemFirst(string text, int[] ids) =>
        Assert.Equal(ids, Vocabularies.Gpt2.Encode(text, allowSpecial: true));

    [Fact]
    public void Encode_UnpairedSurrogate_CountsAsReplacementCharacter() =>
        Assert.Equal(Vocabularies.Gpt2.Encode("a\uFFFDb\uFFFD"), Vocabularies.Gpt2.Encode("a\uD83Db\uDE00"));

    [Fact]
    public void Encode_AnyText_DecodesToTheSameText() =>
        Check.One(AwkwardText.Settings, Prop.ForAll(AwkwardText.Arbitrary, text =>
            Vocabularies.Gpt2.Decode(Vocabularies.Gpt2.Encode(text)) == text
            && Vocabularies.Gpt2.Decode(Vocabularies.Gpt2.Encode(text, allowSpecial: true)) == text));

    // The reference of gpt-2's encoder.py: all occurrences of the best pair at once, by strings.
    [Fact]
    public void Encode_LongPiece_EqualsTheReferenceAlgorithm()
    {
        var letters = Gen.Elements("a", "b", "e", "t", "h", "in", "\u00E9", "ss").ListOf(120).Select(parts => string.Concat(parts)).ToArbitrary();
        Check.One(AwkwardText.Settings.WithMaxTest(40), Prop.ForAll(letters, word =>
            ReferenceMerge(word).SequenceEqual(Vocabularies.Gpt2.Encode(word).Select(id => Latin1(Vocabularies.Gpt2.Bytes(id))))
            && ReferenceMerge(word[..40]).SequenceEqual(Vocabularies.Gpt2.Encode(word[..40]).Select(id => Latin1(Vocabularies.Gpt2.Bytes(id))))));
    }

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("ab\u00E9")]
    public void Encode_MegabyteOfOnePiece_IsNotQuadratic(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, (1 << 20) / unit.Length));
        var clock = Stopwatch.StartNew();
        var ids = Vocabularies.Gpt2.Encode(text);
        // About a tenth of a second; a quadratic merge takes many minutes.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
        Assert.Equal(text, Vocabularies.Gpt2.Decode(ids));
    }

    [Fact]
    public void Encode_ManyThreads_EqualsAlone()
    {
        var texts = Enumerable.Range(0, 64).Select(i => $"thread {i} says it's {i * 7919}\u20AC \U0001F600 " + new string('a', i * 5)).ToArray();
        var alone = texts.Select(text => Vocabularies.Gpt2.Encode(text)).ToArray();
        Parallel.For(0, 2000, i => Assert.Equal(alone[i % 64], Vocabularies.Gpt2.Encode(texts[i % 64])));
    }

    [Fact]
    public void EncodeWithOffsets_AnyText_SpansTouchEveryCharacterInOrder() =>
        Check.One(AwkwardText.Settings, Prop.ForAll(AwkwardText.Arbitrary, text =>
        {
            var spans = Vocabularies.Gpt2.EncodeWithOffsets(text, allowSpecial: true);
            var covered = 0;
            foreach (var span in spans)
            {
                if (span.Start > covered || span.Stop < covered || span.Stop <= span.Start)
                    return false;
                covered = span.Stop;
            }
            return covered == text.Length && spans.Select(span => span.Id).SequenceEqual(Vocabularies.Gpt2.Encode(text, allowSpecial: true));
        }));

    [Fact]
    public void EncodeWithOffsets_TokenEndsWithinCharacter_CoversTheWholeCharacter()
    {
        var spans = Vocabularies.Gpt2.EncodeWithOffsets("hi \U0001F600!");
        Assert.Equal(
            [new TokenSpan(5303, 0, 2), new TokenSpan(30325, 2, 5), new TokenSpan(222, 3, 5), new TokenSpan(0, 5, 6)], spans);
    }

    [Fact]
    public void EncodeWithOffsets_SpecialToken_CoversItsText() =>
        Assert.Equal([new TokenSpan(64, 0, 1), new TokenSpan(50256, 1, 14)], Vocabularies.Gpt2.EncodeWithOffsets("a<|endoftext|>", allowSpecial: true));

    [Fact]
    public void Decode_SpecialAndUnknownIds_SkipsThem()
    {
        Assert.Equal("Hello<|endoftext|> world", Vocabularies.Gpt2.Decode([15496, 50256, 995]));
        Assert.Equal("Hello world", Vocabularies.Gpt2.Decode([15496, 50256, 995], skipSpecial: true));
        Assert.Equal("Hello world", Vocabularies.Gpt2.Decode([15496, 50257, -1, int.MaxValue, 995]));
    }

    [Fact]
    public void Decode_InvalidUtf8_GivesOneReplacementPerMaximalPrefix() =>
        Assert.Equal("\uFFFDa\uFFFD", Vocabularies.Gpt2.Decode([47249, Vocabularies.Gpt2.Encode("a")[0], 222]));

    [Fact]
    public void TokenText_PartOfCharacter_ShowsReplacement()
    {
        Assert.Equal(" world", Vocabularies.Gpt2.TokenText(995));
        Assert.Equal("\uFFFD", Vocabularies.Gpt2.TokenText(222));
        Assert.Equal("", Vocabularies.Gpt2.TokenText(50257));
        Assert.Equal(" world"u8.ToArray(), Vocabularies.Gpt2.Bytes(995).ToArray());
    }

    [Fact]
    public void Load_Gpt2Vocabulary_HasItsSizeAndEndOfText()
    {
        Assert.Equal(50257, Vocabularies.Gpt2.VocabularySize);
        Assert.Equal(50256, Vocabularies.Gpt2.EndOfTextId);
        Assert.Equal(0, Vocabularies.Small.EndOfTextId);
        Assert.True(Vocabularies.Gpt2.IsSpecial(50256));
    }

    private static readonly Dictionary<(string, string), int> Ranks = File
        .ReadAllLines(RepositoryFiles.Data("gpt2-vocabulary", "vocab.bpe")).Skip(1)
        .Select((line, rank) => (Parts: line.Split(' '), Rank: rank))
        .ToDictionary(merge => (Latin1(ByteAlphabet.GetBytes(merge.Parts[0])), Latin1(ByteAlphabet.GetBytes(merge.Parts[1]))), merge => merge.Rank);

    private static string Latin1(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private static List<string> ReferenceMerge(string word)
    {
        var symbols = Latin1(Encoding.UTF8.GetBytes(word)).Select(symbol => symbol.ToString()).ToList();
        while (true)
        {
            var best = symbols.Zip(symbols.Skip(1)).Where(Ranks.ContainsKey).OrderBy(pair => Ranks[pair]).FirstOrDefault();
            if (best == default)
                return symbols;
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if ((symbols[i], symbols[i + 1]) != best)
                    continue;
                symbols[i] += symbols[i + 1];
                symbols.RemoveAt(i + 1);
            }
        }
    }
}
