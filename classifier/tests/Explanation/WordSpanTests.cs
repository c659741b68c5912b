using ElasticSynapse.Classifier.Explanation;
using ElasticSynapse.Classifier.Tokenization;
using ElasticSynapse.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.Classifier.Tests.Explanation;

public sealed class WordSpanTests
{
    private static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.Load(RepositoryFiles.Data("huggingface", "bert"));

    [Theory]
    [InlineData("", 64, "")]
    [InlineData("Hello world", 64, "Hello|world")]
    [InlineData("  don't,  stop!! ", 64, "don't,|stop!!")]
    [InlineData("a\u200Bb c", 64, "a\u200Bb|c")]
    [InlineData("中文 ab", 64, "中|文|ab")]
    [InlineData("a b c d e", 2, "a b c|d e")]
    [InlineData("a b c d e", 5, "a|b|c|d|e")]
    [InlineData("a b c d e", 1, "a b c d e")]
    public void Of_Text_WhatWhiteSpaceSetsApart(string text, int most, string words)
    {
        var spans = WordSpan.Of(text, Tokens(text), most);
        Assert.Equal(words, string.Join('|', spans.Select(span => text[span.Start..span.Stop])));
    }

    [Fact]
    public void Of_AnyText_EveryTokenBelongsToOneWord()
    {
        Check.One(AwkwardText.Settings, Prop.ForAll(AwkwardText.Arbitrary, text =>
        {
            var tokens = Tokens(text);
            var spans = WordSpan.Of(text, tokens, 7);
            return spans.Length <= 7
                && spans.Sum(span => span.Count) == tokens.Length
                && spans.Zip(spans.Skip(1)).All(pair => pair.Second.First == pair.First.First + pair.First.Count)
                && spans.All(span => span.Count > 0 && span.Start < span.Stop);
        }));
    }

    [Fact]
    public void Without_OneWord_LeavesTheOtherTokens()
    {
        var tokens = Tokens("Hello world Hello");
        var words = WordSpan.Of("Hello world Hello", tokens, 64);

        Assert.Equal([534, 179, 101, 534, 179, 101], Occlusion.Without(tokens, words[1]));
        Assert.Equal([244, 112, 108, 534, 179, 101], Occlusion.Without(tokens, words[0]));
    }

    private static WordPieceToken[] Tokens(string text) => Tokenizer.EncodeWithOffsets(text, int.MaxValue)[1..^1];
}
