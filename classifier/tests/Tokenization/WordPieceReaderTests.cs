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

    private const string Roles = """{"unk_token":"<unk>","cls_token":"<s>","sep_token":"</s>"}""";

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

    // Rules and literal ids of transformers 5.12: BertTokenizer takes the vocabulary alone, the generic class the whole file.
    [Theory]
    [InlineData("{}", true, "1 3 4 3 0 2")]
    [InlineData("""{"do_lower_case": false}""", false, "1 3 4 5 0 2")]
    [InlineData("""{"do_lower_case": false, "tokenizer_class": "BertTokenizerFast"}""", false, "1 3 4 5 0 2")]
    [InlineData("""{"do_lower_case": true}""", true, "1 3 4 3 0 2")]
    public void Load_TokenizerJsonOfBertsClass_GivesItsVocabularyAlone(string config, bool lowerCase, string ids)
    {
        Write("tokenizer.json", Pipeline);
        Write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\nAB\n##c\nab\n"); // not looked at
        Write("tokenizer_config.json", config);
        var tokenizer = Load();
        Assert.Equal(new WordPieceRules { LowerCase = lowerCase, StripAccents = lowerCase }, tokenizer.Rules);
        Assert.Equal(ids, string.Join(' ', tokenizer.Encode("abc AB \u00e9", 16)));
    }

    [Theory]
    [InlineData("PreTrainedTokenizerFast", "")]
    [InlineData("TokenizersBackend", """, "do_lower_case": true, "strip_accents": true""")]
    public void Load_TokenizerJsonOfTheGenericClass_IsTakenWhole(string name, string more)
    {
        Write("tokenizer.json", Pipeline);
        Write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\nAB\n##c\nab\n");
        Write("tokenizer_config.json", $$"""{"tokenizer_class": "{{name}}"{{more}}}""");
        var tokenizer = Load();
        Assert.Equal(new WordPieceRules { LowerCase = false, StripAccents = false, IsolateCjk = false, MaxWordCharacters = 5 }, tokenizer.Rules);
        Assert.Equal([1, 3, 4, 5, 0, 2], tokenizer.Encode("abc AB abcccc", 16));
    }

    [Fact]
    public void Load_TokenizerJsonWithoutCasing_TakesTheOptions()
    {
        Write("tokenizer.json", Pipeline);
        Assert.False(WordPieceTokenizer.Load(_folder.FullName, lowerCase: false).Rules.LowerCase);
    }

    // Literal ids of transformers 5.12. 0 to 4 are BERT's five tokens, 5 "ab", 6 <unk>, 7 <s>, 8 </s>.
    [Theory]
    [InlineData(null, null, "2 5 1 4 1 3")]
    [InlineData(Roles, null, "7 5 6 4 7 8")]
    [InlineData(null, Roles, "7 5 6 4 7 8")]
    [InlineData("""{"cls_token":{"__type":"AddedToken","content":"<s>"}}""", null, "7 5 1 4 7 3")]
    [InlineData(null, """{"cls_token":{"content":"<s>","lstrip":true}}""", "7 5 1 4 7 3")]
    [InlineData(Roles, """{"cls_token":"[CLS]","unk_token":"[UNK]"}""", "2 5 1 4 1 8")]
    [InlineData("""{"added_tokens_decoder":{},"cls_token":"<s>"}""", """{"cls_token":"[CLS]"}""", "7 5 1 4 7 3")]
    [InlineData("""{"mask_token":null}""", null, "2 5 1 3")]
    [InlineData("""{"additional_special_tokens":["<s>"]}""", null, "2 5 1 4 7 3")]
    public void Load_OtherSpecialTokens_AreThoseOfTheRoles(string? config, string? map, string expected)
    {
        Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nab\n<unk>\n<s>\n</s>\n");
        if (config is not null)
            Write("tokenizer_config.json", config);
        if (map is not null)
            Write("special_tokens_map.json", map);
        // Text that is no token at all is unknown, once; [MASK] and <s> are tokens by their roles.
        var ids = Load().Encode("ab z [MASK] <s>", 99, allowSpecial: true);
        Assert.Equal(expected, string.Join(' ', ids.Where((id, i) => i == 0 || id != ids[i - 1])));
    }

    [Theory]
    [InlineData("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"AB","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"ab","type_id":0}}]}""", "5 3 4 0 3")]
    [InlineData("""{"type":"BertProcessing","sep":["ab",3],"cls":["AB",5]}""", "5 3 4 0 3")]
    [InlineData("null", "1 3 4 0 2")]
    public void Load_PostProcessorOfTheGenericClass_SaysWhatStandsAround(string postProcessor, string expected)
    {
        Write("tokenizer.json", Pipeline.Replace("\"added_tokens\"", $"\"post_processor\": {postProcessor}, \"added_tokens\"", StringComparison.Ordinal));
        Write("tokenizer_config.json", """{"tokenizer_class": "PreTrainedTokenizerFast"}""");
        Assert.Equal(expected, string.Join(' ', Load().Encode("abc x", 99)));
        // BertTokenizer makes its own.
        Write("tokenizer_config.json", "{}");
        Assert.Equal([1, 3, 4, 0, 2], Load().Encode("abc x", 99));
    }

    [Theory]
    [InlineData("""{"type":"RobertaProcessing","sep":["ab",3],"cls":["AB",5]}""")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}}]}""")]
    [InlineData("""{"type":"BertProcessing"}""")]
    [InlineData("[]")]
    public void Load_OtherPostProcessorOfTheGenericClass_IsRefused(string postProcessor)
    {
        Write("tokenizer.json", Pipeline.Replace("\"added_tokens\"", $"\"post_processor\": {postProcessor}, \"added_tokens\"", StringComparison.Ordinal));
        Write("tokenizer_config.json", """{"tokenizer_class": "PreTrainedTokenizerFast"}""");
        AssertRefused("tokenizer.json: post_processor is ", "expected BertProcessing, or a TemplateProcessing");
    }

    [Fact]
    public void Load_RoleThatIsNoToken_IsRefused()
    {
        Write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n");
        Write("tokenizer_config.json", """{"cls_token": "<s>"}""");
        AssertRefused("vocab.txt: <s> is missing; expected [UNK], <s> and [SEP] among the tokens");
    }

    // Google's code strips both sides of a line, huggingface/tokenizers the right one.
    [Fact]
    public void Load_WhiteSpaceAroundTokens_IsStrippedAsTheFoldersAuthorDoes()
    {
        Write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n a\nb \t\u3000\n");
        Assert.Equal((" a", "b"), (Load().TokenText(3), Load().TokenText(4)));
        Write("bert_config.json", "{}");
        Assert.Equal(("a", "b"), (Load().TokenText(3), Load().TokenText(4)));
        Assert.Equal([1, 3, 4, 2], Load().Encode("a b", 9));
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
