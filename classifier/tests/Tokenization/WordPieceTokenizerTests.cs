using System.Diagnostics;
using ElasticSynapse.Classifier.Tokenization;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.Classifier.Tests.Tokenization;

public class WordPieceTokenizerTests
{
    private static readonly WordPieceTokenizer Bert = WordPieceTokenizer.Load(RepositoryFiles.Data("huggingface", "bert"));

    // The vocabulary of google-research/bert's own tests.
    private static readonly WordPieceTokenizer Google = Create(
        "[UNK]", "[CLS]", "[SEP]", "want", "##want", "##ed", "wa", "un", "runn", "##ing", ",");

    [Theory]
    [InlineData("UNwant\u00E9d,running", "un ##want ##ed , runn ##ing", new[] { 1, 7, 4, 5, 10, 8, 9, 2 })]
    [InlineData("unwanted running", "un ##want ##ed runn ##ing", new[] { 1, 7, 4, 5, 8, 9, 2 })]
    [InlineData("unwantedX running", "[UNK] runn ##ing", new[] { 1, 0, 8, 9, 2 })]
    [InlineData("", "", new[] { 1, 2 })]
    [InlineData("wan ##want", "[UNK] [UNK] [UNK] want", new[] { 1, 0, 0, 0, 3, 2 })]
    public void Encode_GoogleExamples_GivesTheirPieces(string text, string pieces, int[] ids)
    {
        Assert.Equal(ids, Google.Encode(text, 64));
        Assert.Equal(pieces, string.Join(' ', Google.EncodeWithOffsets(text, 64)[1..^1].Select(token => token.Text)));
    }

    [Fact]
    public void Encode_SpecialInText_IsOrdinaryTextUnlessAllowed()
    {
        Assert.Equal([1, 3, 0, 0, 0, 3, 2], Google.Encode("want[SEP]want", 64));
        Assert.Equal([1, 3, 2, 3, 2], Google.Encode("want[SEP]want", 64, allowSpecial: true));
        Assert.Equal([1, 3, 0, 0, 0, 3, 2], Google.Encode("want[sep]want", 64, allowSpecial: true));
        Assert.Equal([1, 0, 2, 0, 1, 0, 2], Google.Encode("[[SEP]][CLS][UNK]", 64, allowSpecial: true));
        Assert.Equal([1, 0, 0, 0, 2], Google.Encode("[MASK]", 64, allowSpecial: true)); // not in this vocabulary
    }

    [Theory]
    [InlineData(2, new[] { 1, 2 })]
    [InlineData(3, new[] { 1, 7, 2 })]
    [InlineData(4, new[] { 1, 7, 4, 2 })]
    [InlineData(5, new[] { 1, 7, 4, 5, 2 })]
    [InlineData(6, new[] { 1, 7, 4, 5, 10, 2 })]
    public void Encode_TooLong_CutsOnTheRight(int maxLength, int[] ids) => Assert.Equal(ids, Google.Encode("unwanted,", maxLength));

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-5)]
    public void Encode_NoRoomForClsAndSep_Throws(int maxLength) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Google.Encode("want", maxLength));

    [Fact]
    public void Encode_WordOfUnknownPieces_IsOneUnknown()
    {
        Assert.Equal([1, 0, 2], Google.Encode("unwantedwantx", 64));
        Assert.Equal([1, 0, 2], Google.Encode(string.Concat(Enumerable.Repeat("want", 26)), 64)); // 104 characters
        Assert.Equal(27, Google.Encode(string.Concat(Enumerable.Repeat("want", 25)), 64).Length); // 100
    }

    [Fact]
    public void EncodeWithOffsets_AccentsAndHangul_PointIntoTheText()
    {
        var tokenizer = Create("[UNK]", "[CLS]", "[SEP]", "e", "##x", "\u1112", "##\u1161\u11AB", "!");
        Assert.Equal(
            [("[CLS]", 0, 0), ("e", 0, 1), ("##x", 2, 3), ("\u1112", 4, 5), ("##\u1161\u11AB", 4, 5), ("[UNK]", 6, 8), ("!", 8, 9), ("[SEP]", 0, 0)],
            tokenizer.EncodeWithOffsets("e\u0301X \uD55C \U0001F600!", 64).Select(token => (token.Text, token.Start, token.Stop)));
    }

    [Fact]
    public void EncodeWithOffsets_SpecialInText_CoversIt() => Assert.Equal(
        [("want", 0, 4), ("[SEP]", 5, 10), ("runn", 10, 14), ("##ing", 14, 17)],
        Google.EncodeWithOffsets("want [SEP]running", 64, allowSpecial: true)[1..^1].Select(token => (token.Text, token.Start, token.Stop)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Encode_AnyText_IsWellFormed(bool allowSpecial) =>
        Check.One(AwkwardText.Settings, Prop.ForAll(AwkwardText.Arbitrary, Gen.Choose(2, 40).ToArbitrary(), (text, maxLength) =>
        {
            var whole = Bert.Encode(text, int.MaxValue, allowSpecial);
            var cut = Bert.Encode(text, maxLength, allowSpecial);
            return whole[0] == Bert.ClassificationId && whole[^1] == Bert.SeparatorId
                && whole.All(id => id >= 0 && id < Bert.VocabularySize)
                && Bert.Count(text, allowSpecial) == whole.Length
                && cut.Length == Math.Min(maxLength, whole.Length)
                && cut[^1] == Bert.SeparatorId
                && cut.AsSpan(0, cut.Length - 1).SequenceEqual(whole.AsSpan(0, cut.Length - 1));
        }));

    [Fact]
    public void EncodeWithOffsets_AnyText_SpansAreInOrder() =>
        Check.One(AwkwardText.Settings, Prop.ForAll(AwkwardText.Arbitrary, text =>
        {
            var tokens = Bert.EncodeWithOffsets(text, int.MaxValue, allowSpecial: true);
            return tokens.Select(token => token.Id).SequenceEqual(Bert.Encode(text, int.MaxValue, allowSpecial: true))
                && tokens[1..^1].All(token => token.Start < token.Stop && token.Stop <= text.Length && token.Text == Bert.TokenText(token.Id))
                && tokens[1..^1].Zip(tokens[1..^1].Skip(1)).All(pair => pair.First.Start <= pair.Second.Start && pair.First.Stop <= pair.Second.Stop);
        }));

    [Fact]
    public void Encode_ManyThreads_EqualsAlone()
    {
        var texts = Enumerable.Range(0, 64).Select(i => $"Thread {i} says \u00E9t\u00E9 {i * 7919}, the river remembers \u4E16\u754C.").ToArray();
        var alone = texts.Select(text => Bert.Encode(text, 64)).ToArray();
        Parallel.For(0, 2000, i => Assert.Equal(alone[i % 64], Bert.Encode(texts[i % 64], 64)));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("the river ")]
    [InlineData("\u4E16")]
    [InlineData("[SEP]")]
    [InlineData("\u0301")]
    public void Encode_MegabyteOfText_IsBounded(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, (1 << 20) / unit.Length));
        var clock = Stopwatch.StartNew();
        Assert.InRange(Bert.Encode(text, 512, allowSpecial: true).Length, 2, 512);
        Bert.Count(text, allowSpecial: true);
        // Well under a second on a slow core; quadratic work takes minutes.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
    }

    [Fact]
    public void TokenText_UnknownId_IsEmpty()
    {
        Assert.Equal("##ing", Google.TokenText(9));
        Assert.Equal("", Google.TokenText(11));
        Assert.Equal("", Google.TokenText(-1));
    }

    private static WordPieceTokenizer Create(params string[] tokens)
    {
        var ids = tokens.Index().ToDictionary(token => token.Item, token => token.Index);
        return new WordPieceTokenizer(
            new WordPieceVocabulary(ids), new WordPieceRules { LowerCase = true, StripAccents = true }, modelMaxLength: null,
            [.. tokens.Where(token => token.StartsWith('[')).Select(token => new AddedToken(token, ids[token], Special: true))],
            SpecialIds.Of("vocab.txt", new SpecialTexts("[UNK]", "[CLS]", "[SEP]", "[PAD]"), ids, []));
    }
}
