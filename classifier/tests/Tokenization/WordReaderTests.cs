using System.Security.Cryptography;
using System.Text;
using ElasticSynapse.Classifier.Tokenization;

namespace ElasticSynapse.Classifier.Tests.Tokenization;

public class WordReaderTests
{
    private static readonly WordPieceRules Uncased = new() { LowerCase = true, StripAccents = true };
    private static readonly WordPieceRules Cased = new() { LowerCase = false, StripAccents = false };

    // Words are separated by blanks. The first five are google-research/bert's own.
    [Theory]
    [InlineData(" \tHeLLo!how  \n Are yoU?  ", "hello ! how are you ?")]
    [InlineData("H\u00E9llo", "hello")]
    [InlineData("ah\u535A\u63A8zz", "ah \u535A \u63A8 zz")]
    [InlineData("UNwant\u00E9d,running", "unwanted , running")]
    [InlineData("", "")]
    [InlineData("$+<=>^`|~", "$ + < = > ^ ` | ~")]
    [InlineData("5\u20AC\u00B0x", "5\u20AC\u00B0x")] // symbols beyond ASCII are no punctuation
    [InlineData("it\u2019s\u2026\u3002", "it \u2019 s \u2026 \u3002")]
    [InlineData("a\u200Bb\u00ADc\uFEFFd", "abcd")] // Cf
    [InlineData("a\vb\fc\u0085d\0e\u007Ff", "abcdef")] // Cc is dropped, not white space
    [InlineData("a\uFFFDb\uE000c\U000F0000d", "abcd")] // replacement character, private use
    [InlineData("a\u0378b", "a\u0378b")] // unassigned: Hugging Face's fast tokenizer keeps it
    [InlineData("a\u00A0b\u2003c\u2028d\u3000e\u1680f", "a b c d e f")]
    [InlineData("e\u0301\u0302x", "ex")] // Mn
    [InlineData("\u0915\u0903\u20DDx", "\u0915\u0903\u20DDx")] // Mc and Me stay
    [InlineData("\uD55C\uAE00", "\u1112\u1161\u11AB\u1100\u1173\u11AF")] // not recomposed
    [InlineData("\uAC00", "\u1100\u1161")]
    [InlineData("\u0130I\u0131", "ii\u0131")]
    [InlineData("\u039F\u0394\u039F\u03A3 \u03A3", "\u03BF\u03B4\u03BF\u03C3 \u03C3")] // no final sigma
    [InlineData("\u1E9B\u0323 \u212B \u212A \u1E9E \uFB01", "\u017F a k \u00DF \uFB01")] // canonical, not compatibility
    [InlineData("\uF900\U0002F800", "\u8C48 \u4E3D")] // compatibility ideographs decompose
    [InlineData("\U00020000x\U0002B820", "\U00020000 x\U0002B820")] // Hugging Face's gap at 2B820
    [InlineData("\u3042\u30A2", "\u3042\u30A2")]
    [InlineData("\u037E\u1FEFx", "; ` x")] // punctuation only once decomposed
    [InlineData("\U00010400\U0001D54F", "\U00010428\U0001D54F")] // Deseret has case
    [InlineData("\u0301\u0301", "")]
    [InlineData("a\uD800b\uDC00", "ab")]
    public void Next_Uncased_GivesWords(string text, string words) => Assert.Equal(words, string.Join(' ', Words(text, Uncased)));

    [Theory]
    [InlineData(" \tHeLLo!how  \n Are yoU?  ", "HeLLo ! how Are yoU ?")]
    [InlineData("H\u00E9llo\u0301", "H\u00E9llo\u0301")]
    [InlineData("\uD55C\uAE00", "\uD55C\uAE00")]
    [InlineData("\uF900", "\uF900")]
    public void Next_Cased_KeepsCaseAndAccents(string text, string words) => Assert.Equal(words, string.Join(' ', Words(text, Cased)));

    [Fact]
    public void Next_LowerCaseWithAccents_WritesDottedIAsTwo() =>
        Assert.Equal(["i\u0307\u00E9"], Words("\u0130\u00C9", Uncased with { StripAccents = false }));

    [Fact]
    public void Next_StripAccentsWithCase_KeepsCase() => Assert.Equal(["IE"], Words("\u0130\u00C9", Cased with { StripAccents = true }));

    [Fact]
    public void Next_CjkNotIsolated_KeepsWordsTogether() =>
        Assert.Equal(["ah\u535A\u63A8zz"], Words("ah\u535A\u63A8zz", Uncased with { IsolateCjk = false }));

    [Fact]
    public void Next_TextNotCleaned_KeepsControlCharactersAndSplitsAtAllWhiteSpace() =>
        Assert.Equal(["a\u200B", "b\0", "c"], Words("a\u200B\vb\0\u0085c", Uncased with { CleanText = false }));

    // SHA-256 of the words, joined by blanks, of every character between an 'a' and a 'b', a line each: by BertNormalizer and
    // BertPreTokenizer of tokenizers 0.23.1.
    [Theory]
    [InlineData(false, false, "24562f9d7976ff39e9c1e52cee2dcff64f6de2fc86446d94e5c72386234f0474")]
    [InlineData(false, true, "0366dcdbe85b8abe910047e03f8ca88b21e2f511de05f99d4ba0776fc0106e3a")]
    [InlineData(true, false, "5e4e3c30b1165f303d218ac121df1044dfcbb8c3e1cefe721204f60f72dc3c58")]
    [InlineData(true, true, "a51ab32702a36e5fffdec44831e95d03bcf93cc587dcb792d3a6ad9b15ee46f4")]
    public void Next_EveryCharacter_GivesHuggingFacesWords(bool lowerCase, bool stripAccents, string expected)
    {
        var rules = new WordPieceRules { LowerCase = lowerCase, StripAccents = stripAccents };
        var room = WordReader.Room(rules);
        var (word, starts, stops) = (new char[room], new int[room], new int[room]);
        var line = new StringBuilder();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.TryCreate(value, out var character))
                continue;
            var reader = new WordReader($"a{character}b", rules, word, starts, stops);
            line.Clear();
            while (reader.Next())
                line.Append(line.Length > 0 ? " " : "").Append(reader.Word);
            hash.AppendData(Encoding.UTF8.GetBytes(line.Append('\n').ToString()));
        }
        Assert.Equal(expected, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void IsTooLong_CountsCharactersAfterNormalization()
    {
        Assert.False(IsTooLong(new string('a', 100)));
        Assert.True(IsTooLong(new string('a', 101)));
        Assert.False(IsTooLong(string.Concat(Enumerable.Repeat("e\u0301", 100))));
        Assert.False(IsTooLong(string.Concat(Enumerable.Repeat("\U0001F600", 100))));
        Assert.True(IsTooLong(string.Concat(Enumerable.Repeat("\U0001F600", 101))));
        Assert.False(IsTooLong(new string('\uD55C', 33)));
        Assert.True(IsTooLong(new string('\uD55C', 34)));
    }

    private static List<string> Words(string text, WordPieceRules rules)
    {
        var room = WordReader.Room(rules);
        var reader = new WordReader(text, rules, new char[room], new int[room], new int[room]);
        var words = new List<string>();
        while (reader.Next())
            words.Add(reader.Word.ToString());
        return words;
    }

    private static bool IsTooLong(string word)
    {
        var room = WordReader.Room(Uncased);
        var reader = new WordReader(word, Uncased, new char[room], new int[room], new int[room]);
        Assert.True(reader.Next());
        Assert.Equal(0, reader.Start);
        return reader.IsTooLong;
    }
}
