using System.Text.Json;
using System.Text.Json.Nodes;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Tokenization;

public sealed class BpeVocabularyReaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bpe-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Load_EmptyFolder_NamesWhatIsAccepted() => AssertRefused("no vocabulary", "merges.txt", "vocab.bpe", "tokenizer.json");

    [Fact]
    public void Load_MergesMissing_NamesTheFile()
    {
        WriteTokens(Tokens());
        AssertRefused("merges.txt: missing");
    }

    [Fact]
    public void Load_VocabularyMissing_NamesTheFile()
    {
        WriteMerges("a b");
        AssertRefused("vocab.json: missing");
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "not a JSON object; expected one")]
    [InlineData("{\"a\": \"x\"}", "token 'a' has id \"x\"")]
    [InlineData("{\"a\": -1}", "token 'a' has id -1")]
    [InlineData("{\"a\": 1.5}", "token 'a' has id 1.5")]
    [InlineData("{\"a\": 99999999}", "token 'a' has id 99999999")]
    [InlineData("{\"a\": 1, \"a\": 2}", "token 'a' is listed twice")]
    [InlineData("{\"\\ud800\": 1}", "unpaired surrogate")]
    [InlineData("{}", "the token '\u0100' of byte 0x00 is missing")]
    public void Load_BrokenVocabulary_SaysWhatWasFound(string vocabulary, string message)
    {
        Write("vocab.json", vocabulary);
        WriteMerges();
        AssertRefused("vocab.json: ", message);
    }

    [Fact]
    public void Load_IdUsedTwice_NamesBothTokens()
    {
        var tokens = Tokens();
        tokens["ab"] = tokens["q"];
        WriteTokens(tokens);
        WriteMerges();
        AssertRefused("vocab.json: ", "belongs to both 'q' and 'ab'");
    }

    [Fact]
    public void Load_SingleByteMissing_NamesTheByte()
    {
        var tokens = Tokens();
        tokens.Remove("\u0120");
        WriteTokens(tokens);
        WriteMerges();
        AssertRefused("vocab.json: ", "byte 0x20", "256");
    }

    [Theory]
    [InlineData("x", "line 2 is 'x'")]
    [InlineData(" x", "line 2 is ' x'")]
    [InlineData("a b c", "its right part 'b c'")]
    [InlineData("a zz", "its right part 'zz'")]
    [InlineData("zz a", "its left part 'zz'")]
    [InlineData("a c", "its result 'ac'")]
    public void Load_BrokenMerge_NamesItsLine(string merge, string message)
    {
        WriteTokens(Tokens("ab"));
        WriteMerges(merge);
        AssertRefused("merges.txt: ", "line 2", message);
    }

    [Fact]
    public void Load_VocabularyNotUtf8_SaysWhere()
    {
        File.WriteAllBytes(PathOf("vocab.json"), [(byte)'{', 0xFF, (byte)'}']);
        WriteMerges();
        AssertRefused("vocab.json: not UTF-8 at byte 1");
    }

    [Fact]
    public void Load_MergesWithCarriageReturnsAndHashes_ReadsThemAll()
    {
        WriteTokens(Tokens("##", "ab"));
        Write("merges.txt", "#version: 0.2\r\n# #\r\na b\r\n\r\n");
        Assert.Equal([256, 257, 'c' - '!'], BpeTokenizer.Load(_folder.FullName).Encode("##abc"[..2] + "abc"));
    }

    [Fact]
    public void Load_MergesWithoutVersionLine_FirstLineIsAMerge()
    {
        WriteTokens(Tokens("##"));
        Write("merges.txt", "# #\n");
        Assert.Equal([256], BpeTokenizer.Load(_folder.FullName).Encode("##"));
    }

    [Fact]
    public void Encode_ThreeOfAKind_MergesTheLeftPairFirst()
    {
        WriteTokens(Tokens("aa"));
        WriteMerges("a a");
        Assert.Equal([256, 'a' - '!'], BpeTokenizer.Load(_folder.FullName).Encode("aaa"));
    }

    [Fact]
    public void Load_AddedTokens_MatchesTheLongestAndSkipsOnlySpecials()
    {
        WriteTokens(Tokens());
        WriteMerges();
        Write("added_tokens.json", """{"<pad>": 256, "<pad>\u00e9 x": 257, "<pad>!": 258}""");
        Write("special_tokens_map.json", """{"pad_token": {"content": "<pad>"}, "unk_token": "<pad>!", "additional_special_tokens": ["<z>"]}""");
        var tokenizer = BpeTokenizer.Load(_folder.FullName);
        // Special tokens are looked for first, so that none of the others can be longer. Ids of transformers 5.12.
        Assert.Equal([256, 127, 102, 220, 87, 256, 64, 258], tokenizer.Encode("<pad>\u00e9 x<pad>a<pad>!", allowSpecial: true));
        Assert.Equal("<pad>\u00e9 xa", tokenizer.Decode([257, 256, 64, 258], skipSpecial: true));
        Assert.Equal(259, tokenizer.VocabularySize);
        Assert.Null(tokenizer.EndOfTextId);
    }

    [Fact]
    public void Load_AddedTokenWithTakenId_IsRefused()
    {
        WriteTokens(Tokens());
        WriteMerges();
        Write("added_tokens.json", """{"<pad>": 0}""");
        AssertRefused("id 0 belongs to both '!' and '<pad>'");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_TokenizerJson_EqualsTheTwoFiles(bool mergesAsPairs)
    {
        var source = RepositoryFiles.Data("gpt2-vocabulary");
        var pairs = File.ReadAllLines(Path.Combine(source, "vocab.bpe")).Skip(1).Select(line => line.Split(' '));
        var pipeline = Pipeline(JsonNode.Parse(File.ReadAllText(Path.Combine(source, "encoder.json")))!, new JsonArray(
            [.. pairs.Select(pair => mergesAsPairs ? new JsonArray(pair[0], pair[1]) : (JsonNode)$"{pair[0]} {pair[1]}")]));
        Write("tokenizer.json", pipeline.ToJsonString());
        var tokenizer = BpeTokenizer.Load(_folder.FullName);
        const string Text = "It's 1,000\u20AC \U0001F600 <|endoftext|> encyclopaedia";
        Assert.Equal(Vocabularies.Gpt2.Encode(Text, allowSpecial: true), tokenizer.Encode(Text, allowSpecial: true));
        Assert.Equal(50256, tokenizer.EndOfTextId);
    }

    // What openai-community/gpt2 holds on the hub: no model.type, no use_regex, a special token that is normalized.
    [Fact]
    public void Load_TokenizerJsonOfTheHubsGpt2_EqualsTheTwoFiles()
    {
        var source = RepositoryFiles.Data("gpt2-vocabulary");
        Write("tokenizer.json", new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = JsonNode.Parse("""[{"id":50256,"special":true,"content":"<|endoftext|>","single_word":false,"lstrip":false,"rstrip":false,"normalized":true}]"""),
            ["normalizer"] = null,
            ["pre_tokenizer"] = JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true}"""),
            ["post_processor"] = JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false}"""),
            ["decoder"] = JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true}"""),
            ["model"] = new JsonObject
            {
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = "",
                ["end_of_word_suffix"] = "",
                ["fuse_unk"] = false,
                ["vocab"] = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "encoder.json"))),
                ["merges"] = new JsonArray([.. File.ReadLines(Path.Combine(source, "vocab.bpe")).Skip(1).Select(merge => (JsonNode)merge)]),
            },
        }.ToJsonString());
        Write("tokenizer_config.json", """{"model_max_length": 1024}""");
        var tokenizer = BpeTokenizer.Load(_folder.FullName);
        const string Text = "It's 1,000\u20AC \U0001F600 <|endoftext|> encyclopaedia";
        Assert.Equal(Vocabularies.Gpt2.Encode(Text, allowSpecial: true), tokenizer.Encode(Text, allowSpecial: true));
        Assert.Equal(Vocabularies.Gpt2.Encode(Text), tokenizer.Encode(Text));
        Assert.Equal((50256, 50257), (tokenizer.EndOfTextId, tokenizer.VocabularySize));
        Assert.True(tokenizer.IsSpecial(50256));
    }

    [Theory]
    [InlineData("model", "type", "\"Unigram\"", "model.type is \"Unigram\"; expected BPE")]
    [InlineData("model", "ignore_merges", "true", "model.ignore_merges is true")]
    [InlineData("model", "dropout", "0.1", "model.dropout is 0.1")]
    [InlineData("model", "end_of_word_suffix", "\"@@\"", "model.end_of_word_suffix is \"@@\"")]
    [InlineData("model", "merges", "[[\"a\"]]", "merge 0 is [\"a\"]")]
    [InlineData("model", "merges", "null", "'model.merges' is missing")]
    [InlineData("model", "vocab", "null", "'model.vocab' is missing")]
    [InlineData("pre_tokenizer", "type", "\"Metaspace\"", "pre_tokenizer.type is \"Metaspace\"; expected ByteLevel")]
    [InlineData("pre_tokenizer", "use_regex", "false", "pre_tokenizer.use_regex is false")]
    [InlineData("", "pre_tokenizer", "null", "pre_tokenizer.type is missing")]
    [InlineData("", "normalizer", "{\"type\":\"NFC\"}", "normalizer is {\"type\":\"NFC\"}")]
    [InlineData("", "model", "null", "'model' is missing")]
    [InlineData("", "added_tokens", "[{\"id\":1}]", "added_tokens is {\"id\":1}")]
    public void Load_OtherPipeline_IsRefusedByName(string stage, string member, string value, string message)
    {
        var pipeline = Pipeline(JsonSerializer.SerializeToNode(Tokens("ab"))!, ["a b"]);
        (stage.Length == 0 ? pipeline : pipeline[stage]!)[member] = JsonNode.Parse(value);
        Write("tokenizer.json", pipeline.ToJsonString());
        AssertRefused("tokenizer.json: ", message);
    }

    [Fact]
    public void Load_AddedTokenStripsWhiteSpace_SwallowsItOnlyThere()
    {
        var pipeline = Pipeline(JsonSerializer.SerializeToNode(Tokens())!, []);
        pipeline["added_tokens"] = JsonNode.Parse("""[{"id": 256, "content": "<m>", "lstrip": true, "rstrip": true, "special": true}]""");
        Write("tokenizer.json", pipeline.ToJsonString());
        var spans = BpeTokenizer.Load(_folder.FullName).EncodeWithOffsets("a \n<m> <m> b", allowSpecial: true);
        Assert.Equal([new TokenSpan('a' - '!', 0, 1), new(256, 1, 7), new(256, 7, 11), new('b' - '!', 11, 12)], spans);
    }

    // As save_pretrained of transformers 5.12 writes it.
    [Fact]
    public void Load_TokenizerJsonOfTransformers5_ReadsIt()
    {
        var pipeline = Pipeline(JsonSerializer.SerializeToNode(Tokens("\u0120a", "<|endoftext|>"))!, [new JsonArray("\u0120", "a")]);
        pipeline["added_tokens"] = JsonNode.Parse("""
            [{"id":257,"content":"<|endoftext|>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
             {"id":258,"content":"<n>","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":false}]
            """);
        pipeline["post_processor"] = JsonNode.Parse("""
            {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}}],
             "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{}}
            """);
        Write("tokenizer.json", pipeline.ToJsonString());
        Write("tokenizer_config.json", """{"add_prefix_space":false,"tokenizer_class":"GPT2Tokenizer","bos_token":"<|endoftext|>"}""");
        Assert.Equal([256, 258, 257], BpeTokenizer.Load(_folder.FullName).Encode(" a<n><|endoftext|>", allowSpecial: true));
    }

    // Literal ids and texts from transformers 5.12 on the same files.
    [Fact]
    public void Encode_AddedTokensDecoder_EachTokenByItsFlags()
    {
        WriteAddedTokens();
        var tokenizer = BpeTokenizer.Load(_folder.FullName);
        Assert.Equal([64, 65, 258, 257, 64, 259, 260], tokenizer.Encode("ab<n> <|endoftext|>ab<nh\u00e9", allowSpecial: true));
        Assert.Equal("ab<n><|endoftext|>ab<nh\ufffd", tokenizer.Decode([64, 65, 258, 257, 64, 259, 260]));
    }

    [Fact]
    public void Encode_SpecialsNotAllowed_OtherAddedTokensStillMatch()
    {
        WriteAddedTokens();
        Assert.Equal([65, 258, 27, 91], BpeTokenizer.Load(_folder.FullName).Encode("b<n> <|endoftext|>")[..4]);
    }

    [Theory]
    [InlineData("a", new[] { 256 })]
    [InlineData("\na", new[] { 220, 198, 64 })]
    [InlineData(" a", new[] { 256 })]
    [InlineData("", new int[0])]
    [InlineData("a<n>a b", new[] { 256, 258, 256, 220, 65 })]
    [InlineData("a<|endoftext|>\na", new[] { 256, 257, 220, 198, 64 })]
    public void Encode_AddPrefixSpace_IdsAsHuggingFace(string text, int[] expected)
    {
        WriteAddedTokens("\"add_prefix_space\":true,");
        var tokenizer = BpeTokenizer.Load(_folder.FullName);
        Assert.Equal(expected, tokenizer.Encode(text, allowSpecial: true));
        Assert.Equal(expected, tokenizer.EncodeWithOffsets(text, allowSpecial: true).Select(span => span.Id));
    }

    // In the order of transformers: the file's pipeline counts only where its class is the generic one.
    [Theory]
    [InlineData("{}", 1)]
    [InlineData("""{"tokenizer_class":"GPT2TokenizerFast"}""", 1)]
    [InlineData("""{"tokenizer_class":"PreTrainedTokenizerFast"}""", 2)]
    [InlineData("""{"tokenizer_class":"PreTrainedTokenizerFast","add_prefix_space":false}""", 1)]
    [InlineData("""{"add_prefix_space":true}""", 2)]
    public void Load_PrefixSpaceInTokenizerJson_CountsForTheGenericClass(string config, int tokens)
    {
        var pipeline = Pipeline(JsonSerializer.SerializeToNode(Tokens())!, []);
        pipeline["pre_tokenizer"]!["add_prefix_space"] = true;
        Write("tokenizer.json", pipeline.ToJsonString());
        Write("tokenizer_config.json", config);
        Assert.Equal(tokens, BpeTokenizer.Load(_folder.FullName).Encode("a").Length);
    }

    // Literal ids from transformers 5.12 on the same kind of files: 256 is <|endoftext|>.
    [Theory]
    [InlineData("""{"eos_token":{"content":"<|endoftext|>","lstrip":true,"rstrip":true}}""", null, "64 256 65")]
    [InlineData("""{"bos_token":{"content":"<|endoftext|>","lstrip":true},"eos_token":{"content":"<|endoftext|>","lstrip":true}}""", null, "64 220 256 220 65")] // unk_token is by default the plain one
    [InlineData("""{"bos_token":{"content":"<|endoftext|>","lstrip":true},"eos_token":{"content":"<|endoftext|>","rstrip":true},"unk_token":{"content":"<|endoftext|>","rstrip":true}}""", null, "64 220 256 65")]
    [InlineData(null, """{"eos_token":{"__type":"AddedToken","content":"<|endoftext|>","lstrip":true,"rstrip":true}}""", "64 256 65")]
    [InlineData("""{"eos_token":"<|endoftext|>"}""", """{"eos_token":{"__type":"AddedToken","content":"<|endoftext|>","lstrip":true}}""", "64 220 256 220 65")]
    [InlineData("""{"eos_token":{"content":"<|endoftext|>","lstrip":true}}""", """{"added_tokens_decoder":{"256":{"content":"<|endoftext|>","special":true}}}""", "64 220 256 220 65")]
    public void Load_RoleWithFlags_IsMatchedByThem(string? map, string? config, string expected)
    {
        WriteTokens(Tokens("<|endoftext|>"));
        WriteMerges();
        WriteRoles(map, config);
        Assert.Equal(expected, string.Join(' ', BpeTokenizer.Load(_folder.FullName).Encode("a <|endoftext|> b", allowSpecial: true)));
    }

    // As transformers 5.12 numbers them, as far as the model has rows.
    [Theory]
    [InlineData(null, """{"pad_token":"<p>","sep_token":"<s>"}""", 999, "<s> <p>")]
    [InlineData("""{"pad_token":"<p>"}""", """{"pad_token":"<q>"}""", 999, "<p>")]
    [InlineData("""{"pad_token":"<p>"}""", """{"added_tokens_decoder":{}}""", 999, "")]
    [InlineData("""{"pad_token":null}""", """{"pad_token":"<p>"}""", 999, "")]
    [InlineData("""{"additional_special_tokens":["<x>"]}""", """{"own_token":"<o>","extra_special_tokens":{"zz_token":"<z>"},"pad_token":"<p>"}""", 999, "<p> <o> <z> <x>")]
    [InlineData("""{"additional_special_tokens":["<x>"]}""", """{"additional_special_tokens":["<p>"]}""", 999, "<p>")]
    [InlineData(null, """{"extra_special_tokens":["<x>","<z>"],"add_bos_token":false}""", 999, "<x> <z>")]
    [InlineData(null, """{"pad_token":"<p>","sep_token":"<s>"}""", 258, "<s>")]
    [InlineData(null, """{"pad_token":"<p>","sep_token":"<s>"}""", 257, "")]
    public void Load_RoleOutsideTheVocabulary_GetsTheNextIdOfTheModel(string? map, string? config, int rows, string expected)
    {
        WriteTokens(Tokens("<|endoftext|>"));
        WriteMerges();
        WriteRoles(map, config);
        var tokenizer = BpeTokenizer.Load(_folder.FullName, rows);
        var added = Enumerable.Range(257, tokenizer.VocabularySize - 257).ToArray();
        Assert.Equal(expected, string.Join(' ', added.Select(tokenizer.TokenText)));
        Assert.All(added, id => Assert.True(tokenizer.IsSpecial(id)));
    }

    private void WriteRoles(string? map, string? config)
    {
        if (map is not null)
            Write("special_tokens_map.json", map);
        if (config is not null)
            Write("tokenizer_config.json", config);
    }

    private void WriteAddedTokens(string flags = "")
    {
        WriteTokens(Tokens("\u0120a", "<|endoftext|>"));
        WriteMerges("\u0120 a");
        Write("tokenizer_config.json", $$"""
            { {{flags}} "added_tokens_decoder": {
                "257": {"content": "<|endoftext|>", "normalized": false, "special": true},
                "258": {"content": "<n>", "lstrip": false, "rstrip": true, "normalized": false, "special": false},
                "259": {"content": "b<n", "normalized": true, "special": false},
                "260": {"content": "h\u00e9", "special": false} } }
            """);
    }

    private static JsonObject Pipeline(JsonNode vocabulary, JsonArray merges) => new()
    {
        ["version"] = "1.0",
        ["added_tokens"] = new JsonArray(),
        ["normalizer"] = null,
        ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true },
        ["post_processor"] = new JsonObject { ["type"] = "ByteLevel" },
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = "",
            ["vocab"] = vocabulary,
            ["merges"] = merges,
        },
    };

    // The 256 bytes in GPT-2's order, printable ones first, then the given tokens from id 256 on.
    private static Dictionary<string, int> Tokens(params string[] more) => Enumerable.Range(0, 256)
        .Select(value => ByteAlphabet.Character((byte)value)).Order().Select(character => character.ToString()).Concat(more)
        .Index().ToDictionary(token => token.Item, token => token.Index);

    private void WriteTokens(Dictionary<string, int> tokens) => Write("vocab.json", JsonSerializer.Serialize(tokens));

    private void WriteMerges(params string[] merges) => Write("merges.txt", string.Join('\n', ["#version: 0.2", .. merges, ""]));

    private void Write(string name, string content) => File.WriteAllText(PathOf(name), content);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private void AssertRefused(params string[] parts)
    {
        var message = Assert.Throws<CheckpointException>(() => BpeTokenizer.Load(_folder.FullName)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }
}
