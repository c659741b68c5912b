using System.Text;
using System.Text.Json.Nodes;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class BertConfigTests
{
    private const string Small = """
        {"model_type":"bert","architectures":["BertForSequenceClassification"],"vocab_size":100,"hidden_size":32,"num_hidden_layers":2,
         "num_attention_heads":4,"intermediate_size":64,"max_position_embeddings":128,"type_vocab_size":2}
        """;

    [Fact]
    public void Read_NoLabels_DefaultsOfHuggingFace()
    {
        var config = Read(Small);
        Assert.Equal(["LABEL_0", "LABEL_1"], config.Labels);
        Assert.Equal((Activation.GeluErf, 1e-12f, 0, (ProblemType?)null), (config.Activation, config.LayerNormEpsilon, config.PadTokenId, config.ProblemType));
    }

    [Fact]
    public void Read_NumLabels_NumberedNames() => Assert.Equal(["LABEL_0", "LABEL_1", "LABEL_2"], Read(With("num_labels", "3")).Labels);

    [Fact]
    public void Read_LabelsInAnyOrder_OrderOfTheirNumbers() =>
        Assert.Equal(["a", "b", "c"], Read(With("id2label", """{"2":"c","0":"a","1":"b"}""")).Labels);

    [Fact]
    public void Read_ElevenLabels_NumericNotAlphabeticOrder() =>
        Assert.Equal("ten", Read(With("id2label", $$"""{"10":"ten",{{string.Join(",", Enumerable.Range(0, 10).Select(i => $"\"{i}\":\"l{i}\""))}}}""")).Labels[10]);

    [Theory]
    [InlineData("multi_label_classification", ProblemType.MultiLabel)]
    [InlineData("single_label_classification", ProblemType.SingleLabel)]
    [InlineData("regression", ProblemType.Regression)]
    public void Read_ProblemType_AsNamed(string name, ProblemType expected) =>
        Assert.Equal(expected, Read(With("problem_type", $"\"{name}\"")).ProblemType);

    [Theory]
    [InlineData("model_type", "\"roberta\"", "model_type is \"roberta\"; accepted: bert")]
    [InlineData("architectures", "[\"BertForMaskedLM\"]", "architectures is [\"BertForMaskedLM\"]; accepted: BertForSequenceClassification")]
    [InlineData("hidden_act", "\"mish\"", "hidden_act is \"mish\"; accepted: gelu, gelu_python, gelu_new")]
    [InlineData("hidden_size", "30", "hidden_size 30 is not divisible by num_attention_heads 4")]
    [InlineData("intermediate_size", null, "intermediate_size is missing")]
    [InlineData("position_embedding_type", "\"relative_key\"", "position_embedding_type is \"relative_key\"; accepted: absolute")]
    [InlineData("is_decoder", "true", "is_decoder is true; accepted: false")]
    [InlineData("problem_type", "\"other\"", "problem_type is \"other\"; accepted: multi_label_classification")]
    [InlineData("pad_token_id", "100", "pad_token_id is 100; accepted: token ids below vocab_size 100")]
    [InlineData("id2label", "{}", "id2label is not an object of label names")]
    [InlineData("id2label", "[\"a\"]", "id2label is not an object of label names")]
    [InlineData("id2label", """{"0":"a","2":"b"}""", "id2label has \"2\"")]
    [InlineData("id2label", """{"0":"a","00":"b"}""", "id2label has \"00\"")]
    [InlineData("id2label", """{"0":1}""", "id2label has \"0\": 1; accepted: names by the numbers 0 to 0")]
    [InlineData("id2label", """{"-1":"a"}""", "id2label has \"-1\"")]
    public void Read_RefusedMember_NamedWithWhatIsAccepted(string member, string? json, string expected) =>
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => Read(With(member, json))).Message, StringComparison.Ordinal);

    private static BertConfig Read(string json)
    {
        using var document = CheckpointJson.Parse("config.json", Encoding.UTF8.GetBytes(json));
        return BertConfig.Read("config.json", new ConfigReader(document.RootElement));
    }

    private static string With(string member, string? json)
    {
        var config = JsonNode.Parse(Small)!.AsObject();
        config.Remove(member);
        var text = config.ToJsonString();
        return json is null ? text : string.Concat(text.AsSpan(..^1), $",\"{member}\":{json}}}");
    }
}
