using ElasticSynapse.Classifier.Tokenization;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Tests.Tokenization;

public sealed class WordPieceReaderTests : IDisposable
{
    private const string Pipeline = """
        {"added_tokens": [],
         "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": false, "strip_accents": null, "lowercase": false},
         "pre_tokenizer": {"type": "BertPreTokenizer"},
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 5,
           "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "ab": 3, "##c": 4, "AB": 5}}}
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wordpiece-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Load_EmptyFolder_NamesWhatIsAccepted() => AssertRefused("no vocabulary", "vocab.txt", "tokenizer.json");

    [Theory]
    [InlineData("", "no tokens")]
    [InlineData("\n\n", "no tokens")]
    [InlineData("[UNK]\n[CLS]\na\n", "[SEP] is missing")]
    [InlineData("[UNK]\n[SEP]\na\n", "[CLS] is missing")]
    [InlineData("[CLS]\n[SEP]\na\n", "[UNK] is missing")]
    public void Load_BrokenVocabulary_SaysWhatWasFound(string vocabulary, string message)
    {
        Write("vocab.txt", vocabulary);
        AssertRefused("vocab.txt: ", message);
    }

    [Fact]
    public void Load_VocabularyNotUtf8_SaysWhere()
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "vocab.txt"), [(byte)'a', 0xFF]);
        AssertRefused("vocab.txt: not UTF-8 at byte 1");
    }

    [Fact]
    public void Load_CarriageReturnsAndOddLines_IdIsTheLine()
    {
        Write("vocab.txt", "[UNK]\r\n[CLS]\r\n\r\n[SEP]\r\n\u2028x\r\nab\r\n\r\n");
        var tokenizer = Load();
        Assert.Equal([1, 5, 3], tokenizer.Encode("ab", 8));
        Assert.Equal("", tokenizer.TokenText(2));
        Assert.Equal(6, tokenizer.VocabularySize);
    }

    // The configuration goes before what the caller knows, that before what the vocabulary looks like.
    [Theory]
    [InlineData("a", null, null, true)]
    [InlineData("##Ab", null, null, false)]
    [InlineData("\u00C9", null, null, false)]
    [InlineData("[MASK]", null, null, true)]
    [InlineData("A", null, true, true)]
    [InlineData("a", null, false, false)]
    [InlineData("a", "{\"do_lower_case\": false}", true, false)]
    [InlineData("A", "{\"do_lower_case\": true}", false, true)]
    [InlineData("A", "{\"do_lower_case\": null}", null, false)]
    public void Load_Casing_FollowsItsOrder(string token, string? config, bool? given, bool lowerCase)
    {
        Write("vocab.txt", $"[UNK]\n[CLS]\n[SEP]\n{token}\n");
        if (config is not null)
            Write("tokenizer_config.json", config);
        var rules = WordPieceTokenizer.Load(_folder.FullName, given).Rules;
        Assert.Equal(lowerCase, rules.LowerCase);
        Assert.Equal(lowerCase, rules.StripAccents);
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("{\"model_max_length\": 512}", 512)]
    [InlineData("{\"model_max_length\": 1000000000000000019884624838656}", null)]
    [InlineData("{\"model_max_length\": 1e30}", null)]
    [InlineData("{\"model_max_length\": null}", null)]
    public void Load_ModelMaxLength_IsNullForNone(string config, int? length)
    {
        Write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n");
        Write("tokenizer_config.json", config);
        Assert.Equal(length, Load().ModelMaxLength);
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{\"do_lower_case\": \"yes\"}", "do_lower_case is \"yes\"; expected true, false or null")]
    [InlineData("{\"model_max_length\": \"x\"}", "model_max_length is \"x\"")]
    [InlineData("{\"model_max_length\": 1}", "model_max_length is 1")]
    public void Load_BrokenConfiguration_SaysWhatWasFound(string config, string message)
    {
        Write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n");
        Write("tokenizer_config.json", config);
        AssertRefused("tokenizer_config.json: ", message);
    }

    // Literal ids and offsets from transformers 5.12 on the same files.
    [Theory]
    [InlineData("aCov\u00EDda", "5 0-1, 11 1-6, 5 6-7")]
    [InlineData("a [USER]a[SEP]", "5 0-1, 12 2-8, 5 8-9, 3 9-14")]
    [InlineData("covid <e1>", "11 0-5, 13 6-10")]
    [InlineData("b\u0300 COVI\u0301D\tb", "7 0-1, 11 3-9, 7 10-11")]
    public void Load_AddedTokensDecoder_EachTokenIsMatchedByItsFlags(string text, string expected)
    {
        WriteAddedTokens();
        var tokens = Load().EncodeWithOffsets(text, 99, allowSpecial: true)[1..^1];
        Assert.Equal(expected, string.Join(", ", tokens.Select(token => $"{token.Id} {token.Start}-{token.Stop}")));
    }

    [Fact]
    public void Load_SpecialsNotAllowed_OtherAddedTokensStillMatch()
    {
        WriteAddedTokens();
        var tokenizer = Load();
        Assert.Equal([2, 12, 8, 1, 9, 11, 3], tokenizer.Encode("[USER][SEP]covid", 99));
        Assert.Equal(("[USER]", 14), (tokenizer.TokenText(12), tokenizer.VocabularySize));
    }

    [Fact]
    public void Load_AddedTokensInTheOtherFiles_AreMatched()
    {
        Write("tokenizer.json", Pipeline.Replace("\"added_tokens\": []", """ "added_tokens": [{"id": 6, "content": "<u>", "normalized": false, "special": false}] """, StringComparison.Ordinal));
        Write("added_tokens.json", """{"x-y": 7}""");
        Assert.Equal([1, 3, 6, 7, 3, 2], Load().Encode("ab<u>x-yab", 99));
    }

    [Fact]
    public void Load_AccentsAndChineseSetApart_AreTaken()
    {
        Write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n");
        Write("tokenizer_config.json", """{"do_lower_case": true, "strip_accents": false, "tokenize_chinese_chars": false}""");
        Assert.True(Load().Rules is { LowerCase: true, StripAccents: false, IsolateCjk: false });
    }

    [Fact]
    public void Load_GoogleFolder_AllowsLongerWords()
    {
        Write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\n##a\n");
        Assert.Equal(100, Load().Rules.MaxWordCharacters);
        Write("bert_config.json", "{}");
        Assert.Equal(200, Load().Rules.MaxWordCharacters);
        Write("config.json", "{}");
        Assert.Equal(100, Load().Rules.MaxWordCharacters);
    }

    [Fact]
    public void Load_TokenizerJson_TakesItsRulesAndVocabulary()
    {
        Write("tokenizer.json", Pipeline);
        var tokenizer = Load();
        Assert.Equal(new WordPieceRules { LowerCase = false, StripAccents = false, IsolateCjk = false, MaxWordCharacters = 5 }, tokenizer.Rules);
        Assert.Equal([1, 3, 4, 5, 0, 2], tokenizer.Encode("abc AB abcccc", 16));
        Write("tokenizer_config.json", """{"do_lower_case": true}""");
        Assert.Equal([1, 3, 4, 3, 2], Load().Encode("ABC AB", 16));
    }

    [Theory]
    [InlineData("\"WordPiece\"", "\"Unigram\"", "model.type is \"Unigram\"; expected WordPiece")]
    [InlineData("\"BertNormalizer\"", "\"Lowercase\"", "normalizer.type is \"Lowercase\"; expected BertNormalizer")]
    [InlineData("\"BertPreTokenizer\"", "\"Whitespace\"", "pre_tokenizer.type is \"Whitespace\"; expected BertPreTokenizer")]
    [InlineData("\"##\"", "\"@@\"", "model.continuing_subword_prefix is \"@@\"")]
    [InlineData("\"pre_tokenizer\"", "\"other\"", "pre_tokenizer is missing")]
    [InlineData("\"vocab\"", "\"other\"", "model.vocab is missing")]
    [InlineData(": 5,", ": 0,", "max_input_chars_per_word is 0")]
    [InlineData("\"ab\": 3", "\"ab\": 2", "id 2 belongs to both '[SEP]' and 'ab'")]
    [InlineData("\"ab\": 3", "\"ab\": -3", "token 'ab' has id -3")]
    [InlineData("\"AB\": 5", "\"ab\": 5", "token 'ab' is listed twice")]
    [InlineData("\"[CLS]\"", "\"[cls]\"", "[CLS] is missing")]
    [InlineData("\"AB\"", "\"\\ud800\"", "unpaired surrogate")]
    public void Load_OtherPipeline_IsRefusedByName(string found, string replacement, string message)
    {
        Write("tokenizer.json", Pipeline.Replace(found, replacement, StringComparison.Ordinal));
        AssertRefused("tokenizer.json: ", message);
    }

    private void WriteAddedTokens()
    {
        Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##a\nb\n[\n]\nuser\n");
        Write("tokenizer_config.json", """
            {"do_lower_case": true, "added_tokens_decoder": {
              "3": {"content": "[SEP]", "normalized": false, "special": true},
              "11": {"content": "COV\u00cdD", "normalized": true, "special": false},
              "12": {"content": "[USER]", "lstrip": false, "rstrip": false, "normalized": false, "special": false},
              "13": {"content": "<e1>", "normalized": false, "special": true}}}
            """);
    }

    private WordPieceTokenizer Load() => WordPieceTokenizer.Load(_folder.FullName);

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_folder.FullName, name), content);

    private void AssertRefused(params string[] parts)
    {
        var message = Assert.Throws<CheckpointException>(Load).Message;
        Assert.DoesNotContain('\n', message);
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }
}
