using System.Text;
using System.Text.Json.Nodes;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class Gpt2ConfigTests
{
    // The hub's first gpt2 had no more than this.
    private const string Original = """
        {"architectures":["GPT2LMHeadModel"],"model_type":"gpt2","vocab_size":50257,"n_positions":1024,"n_ctx":1024,
         "n_embd":768,"n_layer":12,"n_head":12,"layer_norm_epsilon":1e-05,"bos_token_id":50256,"eos_token_id":50256}
        """;

    [Fact]
    public void Read_OriginalHubConfig_DefaultsOfHuggingFace()
    {
        var config = Read(Original);
        Assert.Equal((50257, 1024, 768, 12, 12, 64), (config.VocabularySize, config.Positions, config.HiddenSize, config.Layers, config.Heads, config.HeadSize));
        Assert.Equal((3072, Activation.GeluTanh, 1e-5f, true), (config.InnerSize, config.Activation, config.LayerNormEpsilon, config.TieWordEmbeddings));
        Assert.Equal(50256, config.BosTokenId);
        Assert.Equal([50256], config.EosTokenIds);
    }

    [Theory]
    [InlineData("gelu_new", Activation.GeluTanh)]
    [InlineData("gelu_pytorch_tanh", Activation.GeluTanh)]
    [InlineData("gelu", Activation.GeluErf)]
    [InlineData("gelu_fast", Activation.GeluTanh)]
    [InlineData("quick_gelu", Activation.GeluSigmoid)]
    [InlineData("swish", Activation.Silu)]
    public void Read_AcceptedActivation_ItsForm(string name, Activation expected) =>
        Assert.Equal(expected, Read(With("activation_function", $"\"{name}\"")).Activation);

    [Fact]
    public void Read_OnlyNCtx_IsThePositions() => Assert.Equal(1024, Read(With("n_positions", null)).Positions);

    [Fact]
    public void Read_SeveralEndTokens_All() => Assert.Equal([3, 5], Read(With("eos_token_id", "[3,5,3]")).EosTokenIds);

    [Theory]
    [InlineData("model_type", "\"llama\"", "model_type is \"llama\"; accepted: gpt2")]
    [InlineData("architectures", "[\"GPT2ForSequenceClassification\"]", "architectures is [\"GPT2ForSequenceClassification\"]; accepted: GPT2LMHeadModel")]
    [InlineData("activation_function", "\"mish\"", "activation_function is \"mish\"; accepted: gelu, gelu_python, gelu_new")]
    [InlineData("vocab_size", null, "vocab_size is missing")]
    [InlineData("vocab_size", "0", "vocab_size is 0; accepted: 1 to 10000000")]
    [InlineData("n_layer", "-1", "n_layer is -1; accepted: 1 to 1024")]
    [InlineData("n_layer", "1e9", "n_layer is 1e9")]
    [InlineData("n_layer", "2.5", "n_layer is 2.5")]
    [InlineData("n_layer", "\"12\"", "n_layer is \"12\"")]
    [InlineData("n_embd", "99999999999", "n_embd is 99999999999; accepted: 1 to 65536")]
    [InlineData("n_head", "7", "n_embd 768 is not divisible by n_head 7")]
    [InlineData("n_inner", "0", "n_inner is 0")]
    [InlineData("layer_norm_epsilon", "0", "layer_norm_epsilon is 0")]
    [InlineData("layer_norm_epsilon", "1e999", "layer_norm_epsilon is 1e999")]
    [InlineData("scale_attn_weights", "0", "scale_attn_weights is 0; accepted: true or false")]
    [InlineData("add_cross_attention", "true", "add_cross_attention is true; accepted: false")]
    [InlineData("tie_word_embeddings", "1", "tie_word_embeddings is 1; accepted: true or false")]
    [InlineData("eos_token_id", "50257", "eos_token_id is 50257; accepted: token ids below vocab_size 50257")]
    [InlineData("eos_token_id", "[1,-1]", "eos_token_id is -1")]
    public void Read_RefusedMember_NamedWithWhatIsAccepted(string member, string? json, string expected) =>
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => Read(With(member, json))).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_SeveralProblems_AllInOneMessage()
    {
        var message = Assert.Throws<CheckpointException>(() =>
            Read("""{"model_type":"bert","n_embd":768,"n_head":5,"add_cross_attention":true}""")).Message;
        Assert.Equal("config.json: model_type is \"bert\"; accepted: gpt2; vocab_size is missing; accepted: 1 to 10000000; "
            + "n_embd 768 is not divisible by n_head 5; add_cross_attention is true; accepted: false; "
            + "n_positions is missing; accepted: 1 to 1048576; n_layer is missing; accepted: 1 to 1024", message);
    }

    [Theory]
    [InlineData("""{"eos_token_id":[7,9]}""", new[] { 7, 9 })]
    [InlineData("""{"eos_token_id":7}""", new[] { 7 })]
    [InlineData("""{"eos_token_id":null}""", new[] { 50256 })]
    [InlineData("{}", new[] { 50256 })]
    public void Load_GenerationConfig_OverridesEndTokens(string generation, int[] expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", Original);
        folder.Write("generation_config.json", generation);
        Assert.Equal(expected, Gpt2Config.Load(folder.FullPath).EosTokenIds);
    }

    [Fact]
    public void Load_GenerationConfigOutsideVocabulary_Refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", Original);
        folder.Write("generation_config.json", """{"eos_token_id":60000}""");
        Assert.Contains("generation_config.json: eos_token_id is 60000",
            Assert.Throws<CheckpointException>(() => Gpt2Config.Load(folder.FullPath)).Message, StringComparison.Ordinal);
    }

    private static Gpt2Config Read(string json)
    {
        using var document = CheckpointJson.Parse("config.json", Encoding.UTF8.GetBytes(json));
        return Gpt2Config.Read("config.json", new ConfigReader(document.RootElement));
    }

    private static string With(string member, string? json)
    {
        var config = JsonNode.Parse(Original)!.AsObject();
        config.Remove(member);
        var text = config.ToJsonString();
        return json is null ? text : string.Concat(text.AsSpan(..^1), $",\"{member}\":{json}}}");
    }
}
