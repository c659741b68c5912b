using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Classifier.Tokenization;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Classifier.Tests.Reading;

public sealed class SequenceReaderTests
{
    // "Hello" is 534 179 101, "world" is 244 112 108; [CLS] is 2, [SEP] 3.
    private static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.Load(RepositoryFiles.Data("huggingface", "bert"));

    [Theory]
    [InlineData(nameof(LongTexts.CutEnd), "2 534 179 101 3")]
    [InlineData(nameof(LongTexts.CutBeginning), "2 244 112 108 3")]
    public void Read_TextTooLong_IsCut(string longTexts, string ids)
    {
        var read = Reader(maxTokens: 5).Read(new TextInput("Hello world"), Enum.Parse<LongTexts>(longTexts), allowSpecial: false);

        Assert.Equal(ids, string.Join(' ', Assert.Single(read.Sequences).Ids));
        Assert.True(read.IsTruncated);
        Assert.Equal(5, read.Tokens);
    }

    [Theory]
    [InlineData(nameof(LongTexts.CutEnd))]
    [InlineData(nameof(LongTexts.CutBeginning))]
    [InlineData(nameof(LongTexts.Refuse))]
    [InlineData(nameof(LongTexts.Windows))]
    public void Read_TextThatFits_IsReadWhole(string longTexts)
    {
        var read = Reader(maxTokens: 8).Read(new TextInput("Hello world"), Enum.Parse<LongTexts>(longTexts), allowSpecial: false);

        Assert.Equal([2, 534, 179, 101, 244, 112, 108, 3], Assert.Single(read.Sequences).Ids);
        Assert.False(read.IsTruncated);
        Assert.Equal(8, read.Tokens);
    }

    [Fact]
    public void Read_Windows_CoverTheTextAndSayWhichCharacters()
    {
        var read = Reader(maxTokens: 5, overlap: 0).Read(new TextInput("Hello world Hello"), LongTexts.Windows, allowSpecial: false);

        Assert.Equal(["2 534 179 101 3", "2 244 112 108 3", "2 534 179 101 3"], read.Sequences.Select(sequence => string.Join(' ', sequence.Ids)));
        Assert.Equal([(0, 5), (6, 11), (12, 17)], read.Windows!.Select(window => (window.Start, window.Stop)));
        Assert.False(read.IsTruncated);
        Assert.Equal(11, read.Tokens);
    }

    [Fact]
    public void Read_RefusedToBeCut_SaysHowLongItIs()
    {
        var error = Assert.Throws<ApiException>(() => Reader(maxTokens: 5).Read(new TextInput("Hello world"), LongTexts.Refuse, allowSpecial: false));
        Assert.Equal(ErrorKind.ContextLengthExceeded, error.Kind);
        Assert.Equal("the text has 8 tokens; this model takes 5, and the request forbids to truncate", error.Message);
    }

    [Theory]
    [InlineData(9, nameof(LongTexts.CutEnd), "2 534 179 101 3 244 112 108 3", "0 0 0 0 0 1 1 1 1")]
    [InlineData(8, nameof(LongTexts.CutEnd), "2 534 179 3 244 112 108 3", "0 0 0 0 1 1 1 1")]
    [InlineData(7, nameof(LongTexts.CutBeginning), "2 179 101 3 112 108 3", "0 0 0 0 1 1 1")]
    public void Read_Pair_IsReadAsOneWithTypes(int maxTokens, string longTexts, string ids, string types)
    {
        var read = Reader(maxTokens).Read(new TextInput("Hello", "world"), Enum.Parse<LongTexts>(longTexts), allowSpecial: false);

        var sequence = Assert.Single(read.Sequences);
        Assert.Equal(ids, string.Join(' ', sequence.Ids));
        Assert.Equal(types, string.Join(' ', sequence.Types!));
    }

    // Of transformers 5.12: where both texts are longer than the model takes, it no longer matters which is longer.
    [Theory]
    [InlineData("Hello world Hello world", "Hello world Hello", "0 0 0 0 1 1 1 1")] // 12 and 9 tokens
    [InlineData("Hello world Hello", "Hello world", "0 0 0 0 0 1 1 1")]             // 9 and 6
    public void Read_PairOfLongTexts_OddTokenGoesAsInHuggingFace(string text, string second, string types)
    {
        var read = Reader(maxTokens: 8).Read(new TextInput(text, second), LongTexts.CutEnd, allowSpecial: false);
        Assert.Equal(types, string.Join(' ', Assert.Single(read.Sequences).Types!));
    }

    // Of tokenizers 0.23.1: the word that reaches the length is counted whole. "Hello" has three tokens and "!" one, so that 9 and 8
    // are compared, or 11 and 10.
    [Theory]
    [InlineData(8, nameof(LongTexts.CutEnd), "Hello Hello Hello", "!!!!!!!!!", "2 534 179 101 3 5 5 3")]
    [InlineData(8, nameof(LongTexts.CutEnd), "!!!!!!!!!", "Hello Hello Hello", "2 5 5 3 534 179 101 3")]
    [InlineData(8, nameof(LongTexts.CutBeginning), "Hello Hello Hello", "!!!!!!!!!", "2 534 179 101 3 5 5 3")]
    [InlineData(10, nameof(LongTexts.CutEnd), "Hello, world! Hello", "!!!!!!!! Hello world", "2 534 179 101 3 5 5 5 5 3")]
    [InlineData(10, nameof(LongTexts.CutBeginning), "Hello, world! Hello", "!!!!!!!! Hello world", "2 5 534 179 101 3 244 112 108 3")]
    public void Read_PairOfLongTexts_SharesTheRoomAsHuggingFace(int maxTokens, string longTexts, string text, string second, string ids)
    {
        var read = Reader(maxTokens).Read(new TextInput(text, second), Enum.Parse<LongTexts>(longTexts), allowSpecial: false);
        Assert.Equal(ids, string.Join(' ', Assert.Single(read.Sequences).Ids));
    }

    [Fact]
    public void Read_PairForAModelOfOneType_IsRefused()
    {
        var reader = new SequenceReader(Tokenizer, maxTokens: 8, tokenTypes: 1, windowOverlap: 0);
        Assert.Equal("inputs", Assert.Throws<ApiException>(() => reader.Read(new TextInput("a", "b"), LongTexts.CutEnd, false)).Parameter);
    }

    // huggingface/tokenizers' rule: the longer is cut first, then both alike.
    [Theory]
    [InlineData(5, 5, 7, 3, 4)]
    [InlineData(3, 9, 8, 3, 5)]
    [InlineData(9, 3, 8, 5, 3)]
    [InlineData(9, 9, 8, 4, 4)]
    [InlineData(9, 9, 7, 3, 4)]
    [InlineData(1, 90, 7, 1, 6)]
    public void LongestFirst_TwoLengths_KeepsAsHuggingFace(int first, int second, int room, int keptFirst, int keptSecond) =>
        Assert.Equal((keptFirst, keptSecond), SequenceReader.LongestFirst(first, second, room));

    private static SequenceReader Reader(int maxTokens, double overlap = 0.25) => new(Tokenizer, maxTokens, tokenTypes: 2, overlap);
}
