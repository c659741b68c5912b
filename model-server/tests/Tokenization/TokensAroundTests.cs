using System.Text.Json.Nodes;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Tokenization;

// As AutoTokenizer of transformers 5.12 has it, on the same files. 0 is <|endoftext|>, 271 "The", 616 " river".
public sealed class TokensAroundTests : IDisposable
{
    private const string TemplateOfBoth = """
        {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"y","type_id":0}}],
         "pair":[],"special_tokens":{"x":{"id":"x","ids":[0],"tokens":["x"]},"y":{"id":"y","ids":[271,616],"tokens":["The"," river"]}}}
        """;

    private readonly CheckpointCopy _checkpoint = new("gpt2");

    public void Dispose() => _checkpoint.Dispose();

    [Theory]
    [InlineData("{}", "", "")]
    [InlineData("""{"add_bos_token":true}""", "0", "")]
    [InlineData("""{"add_eos_token":true}""", "", "0")]
    [InlineData("""{"add_bos_token":true,"add_eos_token":true,"eos_token":"The"}""", "0", "271")]
    [InlineData("""{"add_bos_token":true,"bos_token":{"content":"The"}}""", "271", "")]
    [InlineData("""{"add_bos_token":true,"bos_token":null}""", "", "")]
    [InlineData("""{"add_bos_token":false,"bos_token":"The"}""", "", "")]
    public void Around_VocabularyAndMerges_IsWhatTheConfigurationAsksFor(string config, string front, string behind)
    {
        Write("tokenizer_config.json", config);
        Assert.Equal((front, behind), Around());
    }

    [Fact]
    public void Around_SpecialTokensMap_TellsWhichTokenItIs()
    {
        Write("special_tokens_map.json", """{"bos_token":"The"}""");
        Write("tokenizer_config.json", """{"add_bos_token":true}""");
        Assert.Equal(("271", ""), Around());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"add_bos_token":true}""")] // counts only without a tokenizer.json
    [InlineData("""{"add_bos_token":false,"tokenizer_class":"PreTrainedTokenizerFast"}""")]
    public void Around_TokenizerJson_IsItsTemplate(string config)
    {
        Write("tokenizer_config.json", config);
        WritePipeline(TemplateOfBoth);
        Assert.Equal(("0", "271,616"), Around());
        WritePipeline($$"""{"type":"Sequence","processors":[{"type":"ByteLevel","trim_offsets":false},{{TemplateOfBoth}}]}""");
        Assert.Equal(("0", "271,616"), Around());
        WritePipeline("""{"type":"ByteLevel"}""");
        Assert.Equal(("", ""), Around());
    }

    [Theory]
    [InlineData("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"z"}},{"Sequence":{"id":"A"}}],"special_tokens":{}}""", "post_processor is {")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"Sequence":{"id":"A"}}],"special_tokens":{}}""", "post_processor is {")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"z"}},{"Sequence":{"id":"A"}}],"special_tokens":{"z":{"ids":[99999]}}}""", "the id 99999, which prompts get around them, belongs to no token")]
    [InlineData("""{"type":"Sequence","processors":[{"type":"RobertaProcessing"}]}""", "post_processor is {")]
    [InlineData("""{"type":5}""", "post_processor is {")]
    [InlineData("[]", "post_processor is []")]
    public void Load_TemplateThatCannotBeRead_IsRefused(string postProcessor, string message)
    {
        WritePipeline(postProcessor);
        Assert.Contains(message, Assert.Throws<CheckpointException>(() => Around()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BosTokenThatIsNone_IsRefused()
    {
        Write("tokenizer_config.json", """{"add_bos_token":true,"bos_token":"<nobody>"}""");
        Assert.EndsWith(
            "tokenizer_config.json: add_bos_token is true, and bos_token is '<nobody>'; expected a token of the vocabulary",
            Assert.Throws<CheckpointException>(() => Around()).Message, StringComparison.Ordinal);
    }

    private (string Front, string Behind) Around()
    {
        var around = BpeTokenizer.Load(_checkpoint.Folder).Around;
        return (string.Join(',', around.Front), string.Join(',', around.Behind));
    }

    private void WritePipeline(string postProcessor)
    {
        var merges = File.ReadAllLines(Path.Combine(_checkpoint.Folder, "merges.txt")).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal));
        Write("tokenizer.json", new JsonObject
        {
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false },
            ["post_processor"] = JsonNode.Parse(postProcessor),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = JsonNode.Parse(File.ReadAllText(Path.Combine(_checkpoint.Folder, "vocab.json"))),
                ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]),
            },
        }.ToJsonString());
    }

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_checkpoint.Folder, name), content);
}
