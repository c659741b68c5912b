using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api.OpenInference;

[Collection(ModelServerCollection.Name)]
public class OpenInferenceTests(ModelServerFixture server)
{
    private const string Head = "{\"model_name\":\"gpt2\",\"model_version\":\"1557429385_v0.01\"";

    [Theory]
    [InlineData("/v2/health/live", """{"live":true}""")]
    [InlineData("/v2/health/ready", """{"ready":true}""")]
    [InlineData("/v2/models", """{"models":["gpt2"]}""")]
    [InlineData("/v2/models/gpt2/ready", """{"name":"gpt2","ready":true}""")]
    [InlineData("/v2/models/gpt2/versions/1557429385_v0.01", """{"name":"gpt2","versions":["1557429385_v0.01"],"platform":"onnxruntime_onnx","inputs":[{"name":"text","datatype":"BYTES","shape":[-1]}],"outputs":[{"name":"generated_text","datatype":"BYTES","shape":[-1]}]}""")]
    public async Task Get_HealthAndMetadata_DescribeTheModel(string path, string body) => Assert.Equal(body, await server.Http.GetStringAsync(path));

    [Theory]
    [InlineData(
        """{"id":"9","parameters":{"temperature":0,"max_tokens":2},"inputs":[{"name":"text","shape":[2,1],"datatype":"BYTES","data":[["Every traveller"],["E"]]}]}""",
        Head + ""","id":"9","outputs":[{"name":"generated_text","shape":[2,1],"datatype":"BYTES","data":["air sunrise"," revie revie"]}]}""")]
    [InlineData(
        """{"parameters":{"temperature":0,"max_tokens":2,"exclude_input_in_output":false},"inputs":[{"name":"text_input","shape":[1],"datatype":"BYTES","data":["E"]}],"outputs":[{"name":"text_output"}]}""",
        Head + ""","outputs":[{"name":"text_output","shape":[1],"datatype":"BYTES","data":["E revie revie"]}]}""")]
    public async Task Infer_Texts_AnswerTheirContinuations(string body, string expected) =>
        Assert.Equal((200, expected), await server.AnswerAsync("/v2/models/gpt2/infer", body));

    [Fact]
    public async Task Infer_BinaryTexts_AnswerInBinary()
    {
        const string Header = """{"parameters":{"temperature":0,"max_tokens":2,"binary_data_output":true},"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":5}}]}""";
        using var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes(Header), 1, 0, 0, 0, (byte)'E']);
        content.Headers.Add("Inference-Header-Content-Length", Header.Length.ToString(CultureInfo.InvariantCulture));
        using var response = await server.Http.PostAsync("/v2/models/gpt2/infer", content);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal([12, 0, 0, 0, .. " revie revie"u8], bytes[^16..]);
        Assert.Equal(Head + ""","outputs":[{"name":"generated_text","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":16}}]}""", Encoding.UTF8.GetString(bytes[..^16]));
    }

    [Theory]
    [InlineData("""{"text_input":"Every traveller","max_tokens":2,"temperature":0}""", Head + ""","text_output":"air sunrise"}""")]
    [InlineData("""{"id":"42","text_input":"Every traveller","parameters":{"max_tokens":2,"temperature":0,"stream":true}}""", """{"id":"42","model_name":"gpt2","model_version":"1557429385_v0.01","text_output":"air sunrise"}""")]
    [InlineData("""{"text_input":"Every traveller","temperature":0,"stop":["unr"],"stop_words":""}""", Head + ""","text_output":"air s"}""")]
    [InlineData("""{"text_input":"Every traveller","temperature":0,"stop_words":["fo"],"exclude_input_in_output":false}""", Head + ""","text_output":"Every travellerair sunrise "}""")]
    [InlineData("""{"text_input":"E","temperature":0}""", Head + ""","text_output":" revie revie co"}""")]
    public async Task Generate_Parameters_InTheirObjectOrBeside_AreTheSame(string body, string expected) =>
        Assert.Equal((200, expected), await server.AnswerAsync("/v2/models/gpt2/generate", body));

    [Fact]
    public async Task Generate_Details_TellTokensAndTheEnd()
    {
        var (_, body) = await server.AnswerAsync("/v2/models/gpt2/versions/1557429385_v0.01/generate", """{"text_input":"E","temperature":0,"max_tokens":6,"details":true}""");
        Assert.Equal(
            Head + ""","text_output":" revie revie co","details":{"finish_reason":"eos_token","logprobs":[{"id":549,"text":" revie","logprob":#,"special":false},{"id":549,"text":" revie","logprob":#,"special":false},{"id":325,"text":" co","logprob":#,"special":false},{"id":0,"text":"<|endoftext|>","logprob":#,"special":true}]}}""",
            Logprobs.Replace(body, [-3.2508194f, -2.6149678f, -1.6795591f, -2.9310653f]));
    }

    [Fact]
    public async Task GenerateStream_HasAnEventForEachPiece()
    {
        using var response = await server.PostAsync("/v2/models/gpt2/generate_stream", """{"id":"1","text_input":"Every traveller","temperature":0,"max_tokens":2}""");
        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            """
            data: {"id":"1","model_name":"gpt2","model_version":"1557429385_v0.01","text_output":"air"}

            data: {"id":"1","model_name":"gpt2","model_version":"1557429385_v0.01","text_output":" sunrise"}


            """,
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task GenerateStream_Details_ComeWithTheirToken()
    {
        var (_, body) = await server.AnswerAsync("/v2/models/gpt2/versions/1557429385_v0.01/generate_stream", """{"text_input":"Every traveller","temperature":0,"max_tokens":2,"details":true}""");
        Assert.Equal(
            "data: " + Head + ""","text_output":"air","details":{"finish_reason":null,"token":{"id":534,"text":"air","logprob":#,"special":false}}}""" + "\n\n"
            + "data: " + Head + ""","text_output":" sunrise","details":{"finish_reason":"length","token":{"id":377,"text":" sunrise","logprob":#,"special":false}}}""" + "\n\n",
            Logprobs.Replace(body, [-2.7104614f, -3.0116754f]));
    }

    [Fact]
    public Task GenerateStream_CallerGoesAway_FreesTheModel() =>
        server.LeaveAsync("/v2/models/gpt2/generate_stream", """{"text_input":"a","max_tokens":120,"seed":1}""");

    [Theory]
    [InlineData("generate", "{", 400, "the body is not valid JSON: line 1, byte 2")]
    [InlineData("generate", "{}", 400, "'text_input' is required: a string")]
    [InlineData("generate_stream", "{}", 400, "'text_input' is required: a string")]
    [InlineData("generate", """{"text_input":"a","max_tokens":0}""", 400, "'max_tokens' must be a whole number between 1 and 2,147,483,647; got 0")]
    [InlineData("generate", """{"text_input":"a","parameters":{"max_tokens":"x"}}""", 400, "'parameters.max_tokens' must be a whole number between 1 and 2,147,483,647; got \"x\"")]
    [InlineData("generate", """{"text_input":"a","temperature":-1}""", 400, "'temperature' must be a number between 0 and 100; got -1")]
    [InlineData("generate", """{"text_input":"a","top_p":2}""", 400, "'top_p' must be a number between 0 and 1; got 2")]
    [InlineData("generate", """{"text_input":"a","stop":[1]}""", 400, "'stop[0]' must be a string; got 1")]
    [InlineData("generate", """{"text_input":"a","details":"yes"}""", 400, "'details' must be true or false; got \"yes\"")]
    [InlineData("generate", """{"text_input":"a","max_tokens":128}""", 400, "'text_input' has 1 tokens and max_tokens is 128; gpt2 1557429385_v0.01 accepts 128 together")]
    [InlineData("infer", """{"inputs":[]}""", 400, "'inputs' has 0 tensors; gpt2 1557429385_v0.01 expects one, 'text'")]
    [InlineData("infer", """{"inputs":[{"name":"ids","shape":[1],"datatype":"INT64","data":[1]}]}""", 400, "unexpected inference input 'ids' for model 'gpt2'; it expects 'text'")]
    [InlineData("infer", """{"inputs":[{"name":"text","shape":[1],"datatype":"INT64","data":[1]}]}""", 400, "input 'text' is INT64 with 1 elements; gpt2 1557429385_v0.01 expects BYTES, at least one")]
    [InlineData("infer", """{"inputs":[{"name":"text","shape":[0],"datatype":"BYTES","data":[]}]}""", 400, "input 'text' is BYTES with 0 elements; gpt2 1557429385_v0.01 expects BYTES, at least one")]
    [InlineData("versions/2/generate", """{"text_input":"a"}""", 404, "Model with name gpt2 and version 2 does not exist; this server has version 1557429385_v0.01.")]
    public async Task Post_BadRequest_IsAMessageUnderError(string path, string body, int status, string message)
    {
        var (actual, answer) = await server.AnswerAsync($"/v2/models/gpt2/{path}", body);
        Assert.Equal((status, message), (actual, JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("error").GetString()));
    }

    [Fact]
    public async Task Infer_MoreTextsThanAreAdmitted_SaysHowMany()
    {
        var data = Enumerable.Repeat("a", 300).ToArray();
        var (status, answer) = await server.AnswerAsync("/v2/models/gpt2/infer", JsonSerializer.Serialize(new { inputs = new[] { new { name = "text", shape = new[] { 300 }, datatype = "BYTES", data } } }));
        Assert.Equal(400, status);
        Assert.Contains("asks for 300 sequences", answer, StringComparison.Ordinal);
    }
}
