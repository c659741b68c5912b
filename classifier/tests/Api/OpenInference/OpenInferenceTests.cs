using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ElasticSynapse.Classifier.Tests.Api.TensorFlow;

namespace ElasticSynapse.Classifier.Tests.Api.OpenInference;

public sealed class OpenInferenceTests(ClassifierServer server) : IClassFixture<ClassifierServer>
{
    private const string Infer = "/v2/models/toxicity/infer";

    public static TheoryData<string> Forms { get; } =
    [
        """{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["Hello world"]}]}""",
        """{"inputs":[{"name":"text","shape":[1,1],"datatype":"BYTES","data":[["Hello world"]]}]}""",
        """{"inputs":[{"name":"input_ids","shape":[1,8],"datatype":"INT64","data":[2,534,179,101,244,112,108,3]}]}""",
        """
        {"inputs":[{"name":"input_ids","shape":[1,9],"datatype":"INT64","data":[[2,534,179,101,244,112,108,3,0]]},
                   {"name":"attention_mask","shape":[1,9],"datatype":"INT64","data":[1,1,1,1,1,1,1,1,0]},
                   {"name":"token_type_ids","shape":[1,9],"datatype":"INT64","data":[0,0,0,0,0,0,0,0,0]}]}
        """,
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Infer_TextsOrIds_Probabilities(string body)
    {
        var answer = await server.AnswerAsync(Infer, body);

        Assert.Equal("toxicity", answer.GetProperty("model_name").GetString());
        var output = Assert.Single(answer.GetProperty("outputs").EnumerateArray());
        Assert.Equal("""["probabilities","FP32",[1,6]]""",
            $"""["{output.GetProperty("name").GetString()}","{output.GetProperty("datatype").GetString()}",{output.GetProperty("shape").GetRawText()}]""");
        Golden.AssertClose(ClientExample.HelloWorldScores, [.. output.GetProperty("data").EnumerateArray().Select(value => value.GetSingle())]);
    }

    [Fact]
    public async Task Infer_Classification_NamesTheBestLabels()
    {
        var answer = await server.AnswerAsync(
            Infer, """{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["Hello world"]}],"outputs":[{"name":"probabilities","parameters":{"classification":2}}]}""");
        var classes = answer.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(value => value.GetString()!).ToArray();
        Assert.Matches("^0\\.9491[0-9]*:0:toxic$", classes[0]);
        Assert.Matches("^0\\.7173[0-9]*:1:severe_toxic$", classes[1]);
    }

    [Fact]
    public async Task Infer_BinaryTextsAndOutput_AreTheSameNumbers()
    {
        byte[] text = [.. BitConverter.GetBytes(11), .. Encoding.UTF8.GetBytes("Hello world")];
        var header = Encoding.UTF8.GetBytes(
            """{"parameters":{"binary_data_output":true},"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":15}}]}""");
        using var content = new ByteArrayContent([.. header, .. text]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add("Inference-Header-Content-Length", header.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));

        using var response = await server.Http.PostAsync(Infer, content);

        var body = await response.Content.ReadAsByteArrayAsync();
        var json = int.Parse(Assert.Single(response.Headers.GetValues("Inference-Header-Content-Length")), System.Globalization.CultureInfo.InvariantCulture);
        Golden.AssertClose(ClientExample.HelloWorldScores, [.. body[json..].Chunk(4).Select(bytes => BitConverter.ToSingle(bytes))]);
    }

    [Fact]
    public async Task Infer_RawBody_IsTheTextItself()
    {
        using var content = new ByteArrayContent("Hello world"u8.ToArray());
        content.Headers.Add("Inference-Header-Content-Length", "0");

        using var response = await server.Http.PostAsync(Infer, content);

        var body = await response.Content.ReadAsByteArrayAsync();
        var json = int.Parse(Assert.Single(response.Headers.GetValues("Inference-Header-Content-Length")), System.Globalization.CultureInfo.InvariantCulture);
        Golden.AssertClose(ClientExample.HelloWorldScores, [.. body[json..].Chunk(4).Select(bytes => BitConverter.ToSingle(bytes))]);
    }

    [Theory]
    [InlineData("/v2/models/toxicity/versions/1557429385")]
    [InlineData("/v2/models/toxicity@1557429385")]
    public async Task Get_VersionByItsNumber_IsTheOneServed(string path)
    {
        var model = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync(path));
        Assert.Equal($"""["{ClassifierServer.Version}"]""", model.GetProperty("versions").GetRawText());
    }

    [Fact]
    public async Task Get_Model_DescribesItsTensors()
    {
        var model = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync("/v2/models/toxicity"));
        Assert.Equal("""{"name":"text","datatype":"BYTES","shape":[-1]}""", model.GetProperty("inputs")[0].GetRawText());
        Assert.Equal("""[{"name":"probabilities","datatype":"FP32","shape":[-1,6]}]""", model.GetProperty("outputs").GetRawText());
    }

    [Theory]
    [InlineData("{", "the body is not valid JSON")]
    [InlineData("{}", "inputs")]
    [InlineData("""{"inputs":[{"name":"other","shape":[1],"datatype":"BYTES","data":["a"]}]}""", "unexpected inference input 'other' for model 'toxicity'; it has text, input_ids")]
    [InlineData("""{"inputs":[{"name":"text","shape":[1],"datatype":"INT64","data":[1]}]}""", "'text' is INT64 of shape [1]; accepted: BYTES of shape [batch]")]
    [InlineData("""{"inputs":[{"name":"text","shape":[1,2],"datatype":"BYTES","data":["a","b"]}]}""", "'text' is BYTES of shape [1,2]")]
    [InlineData("""{"inputs":[{"name":"input_ids","shape":[3],"datatype":"INT64","data":[2,5,3]}]}""", "'input_ids' is INT64 of shape [3]; accepted: INT64 of shape [batch, tokens]")]
    [InlineData("""{"inputs":[{"name":"input_ids","shape":[1,3],"datatype":"INT64","data":[2,626,3]}]}""", "'input_ids[0]' has the token id 626; the model has 626 tokens, from 0")]
    [InlineData("""{"inputs":[{"name":"attention_mask","shape":[1,1],"datatype":"INT64","data":[1]}]}""", "'text' or 'input_ids' is required")]
    [InlineData("""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["a"]},{"name":"input_ids","shape":[1,1],"datatype":"INT64","data":[1]}]}""", "'text' was sent with other inputs")]
    public async Task Infer_BadBody_IsAMessageUnderError(string body, string message)
    {
        using var response = await server.PostAsync(Infer, body);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(message, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
