using System.Text;
using System.Text.Json;
using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using Google.Protobuf;

namespace ElasticSynapse.Classifier.Tests.Api.TensorFlow;

public sealed class TensorFlowRestTests(ClassifierServer server) : IClassFixture<ClassifierServer>
{
    private const string Predict = "/v1/models/toxicity:predict";
    private const string Classify = "/v1/models/toxicity:classify";

    private static readonly string Serialized = ClientExample.Base64(ClientExample.HelloWorld);

    private static readonly string Text = Convert.ToBase64String(Encoding.UTF8.GetBytes("Hello world"));

    public static TheoryData<string, string> Forms { get; } = new()
    {
        { "predictions", """{"instances":["Hello world"]}""" },
        { "predictions", $$"""{"instances":[{"b64":"{{Serialized}}"}]}""" },
        { "predictions", $$$"""{"instances":[{"examples":{"b64":"{{{Serialized}}}"}}]}""" },
        { "predictions", $$"""{"instances":[{"b64":"{{Text}}"}],"signature_name":"text"}""" },
        { "predictions", """{"instances":[{"text":"Hello world"}],"signature_name":"text"}""" },
        { "predictions", """{"instances":[{"input_ids":[2,534,179,101,244,112,108,3,0,0],"input_mask":[1,1,1,1,1,1,1,1,0,0],"segment_ids":[0,0,0,0,0,0,0,0,0,0],"label_ids":[0,0,0,0,0,0]}]}""" },
        { "predictions", """{"instances":[{"input_ids":[2,534,179,101,244,112,108,3]}],"signature_name":"ids"}""" },
        { "predictions", """{"instances":["Hello world"],"signature_name":""}""" },
        { "predictions", """{"instances":["Hello world"],"signature_name":null}""" },
        { "predictions", $$"""{"instances":[{"b64":"{{Text.TrimEnd('=')}}"}]}""" },
        { "outputs", """{"inputs":["Hello world"]}""" },
        { "outputs", """{"inputs":"Hello world"}""" },
        { "outputs", $$$"""{"inputs":{"b64":"{{{Serialized}}}"}}""" },
        { "outputs", $$"""{"inputs":{"examples":[{"b64":"{{Serialized}}"}]},"signature_name":"serving_default"}""" },
        { "outputs", """{"inputs":{"text":["Hello world"]}}""" },
        { "outputs", """{"inputs":{"input_ids":[[2,534,179,101,244,112,108,3,0]],"input_mask":[[1,1,1,1,1,1,1,1,0]],"segment_ids":[[0,0,0,0,0,0,0,0,0]],"extra":5}}""" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Predict_EveryForm_IsTheSameText(string member, string body)
    {
        var answer = await server.AnswerAsync(Predict, body);

        var row = Assert.Single(answer.GetProperty(member).EnumerateArray());
        Golden.AssertClose(ClientExample.HelloWorldScores, [.. row.EnumerateArray().Select(score => score.GetSingle())]);
    }

    [Theory]
    [InlineData("/v1/models/toxicity/versions/1557429385:predict")]
    [InlineData("/v1/models/toxicity/versions/1557429385_v0.01:predict")]
    [InlineData("/v1/models/toxicity/labels/stable:predict")]
    [InlineData("/V1/MODELS/toxicity:PREDICT")]
    public async Task Predict_VersionOrLabel_IsAnswered(string path)
    {
        var answer = await server.AnswerAsync(path, """{"instances":["Hello","world"]}""");
        Assert.Equal(2, answer.GetProperty("predictions").GetArrayLength());
    }

    // "\0" and BEL are no characters that the model reads, so the text is "Hello world".
    [Theory]
    [InlineData("""{"instances":[{"text":{"b64":"BADF"}}]}""")]
    [InlineData("""{"instances":[{"examples":{"b64":"BADF"}}]}""")]
    [InlineData("""{"instances":[{"b64":"BADF"}]}""")]
    [InlineData("""{"instances":[{"b64":"BADF"}],"signature_name":"text"}""")]
    [InlineData("""{"inputs":{"text":[{"b64":"BADF"}]}}""")]
    public async Task Predict_TextWithControlCharacters_IsAText(string body)
    {
        var text = Convert.ToBase64String("Hel\0lo\a world"u8);
        var answer = await server.AnswerAsync(Predict, body.Replace("BADF", text, StringComparison.Ordinal));
        Golden.AssertClose(ClientExample.HelloWorldScores, [.. answer.EnumerateObject().First().Value[0].EnumerateArray().Select(score => score.GetSingle())]);
    }

    // Bytes that could be an example are a text where a text is asked for.
    [Fact]
    public async Task Predict_BytesOfTheInputText_AreNeverAnExample()
    {
        var example = new Example { Features = new Features { Feature = { ["text"] = new Feature { BytesList = new BytesList { Value = { ByteString.CopyFromUtf8("Hello world") } } } } } };
        var bytes = Convert.ToBase64String(example.ToByteArray());
        var asText = await server.AnswerAsync(Predict, $$$"""{"instances":[{"text":{"b64":"{{{bytes}}}"}}]}""");
        var asExample = await server.AnswerAsync(Predict, $$$"""{"instances":[{"examples":{"b64":"{{{bytes}}}"}}]}""");

        Golden.AssertClose(ClientExample.HelloWorldScores, [.. asExample.GetProperty("predictions")[0].EnumerateArray().Select(score => score.GetSingle())]);
        Assert.NotEqual(asExample.GetRawText(), asText.GetRawText());
    }

    [Fact]
    public async Task Predict_Numbers_AreWrittenAsTensorFlowServingDoes()
    {
        using var response = await server.PostAsync(Predict, """{"instances":["Hello world"]}""");
        Assert.Matches("""^\{"predictions":\[\[(0\.[0-9]{1,9}(,|\]\]\}$)){6}""", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"context":{"text":"Hello world"},"examples":[{},{"label_ids":[0,1]},{"text":"world"}]}""")]
    [InlineData("""{"context":{"input_ids":[2,534,179,101,244,112,108,3,0]},"examples":[{"input_mask":[1,1,1,1,1,1,1,1,0]},{"input_mask":[true,true,true,true,true,true,true,true,false]},{"text":"world"}]}""")]
    public async Task Classify_Context_BelongsToEveryExampleThatHasNoneOfItsOwn(string body)
    {
        var results = (await server.AnswerAsync(Classify, body)).GetProperty("results").EnumerateArray().ToArray();

        Golden.AssertClose(ClientExample.HelloWorldScores, [.. results[0].EnumerateArray().Select(pair => pair[1].GetSingle())]);
        Assert.Equal(results[0].GetRawText(), results[1].GetRawText());
        Assert.NotEqual(results[0].GetRawText(), results[2].GetRawText());
    }

    [Theory]
    [InlineData("""{"text":"Hello world","label_ids":[0,1],"extra":[0.5,1e3],"other":true,"none":[]}""")]
    [InlineData("""{"text":{"b64":"SGVsbG8gd29ybGQ="}}""")]
    [InlineData("""{"input_ids":[2,534,179,101,244,112,108,3,0],"input_mask":[true,1,1,1,1,1,1,1,false],"segment_ids":[0,0,0,0,0,0,0,0,0]}""")]
    public async Task Classify_Features_OfOneKindAreReadAndThoseTheModelLacksIgnored(string example)
    {
        var answer = await server.AnswerAsync(Classify, $$"""{"examples":[{{example}}]}""");
        Golden.AssertClose(ClientExample.HelloWorldScores, [.. answer.GetProperty("results")[0].EnumerateArray().Select(pair => pair[1].GetSingle())]);
    }

    [Fact]
    public async Task Classify_Examples_LabelsInOrderWithScores()
    {
        var answer = await server.AnswerAsync(
            "/v1/models/toxicity:classify", """{"signature_name":"classify","examples":[{"text":"Hello world"},{"text":["Hello world"]},{"input_ids":[2,534,179,101,244,112,108,3]}]}""");

        var results = answer.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(3, results.Length);
        Assert.Equal(Golden.Labels, results[0].EnumerateArray().Select(pair => pair[0].GetString()));
        Golden.AssertClose(ClientExample.HelloWorldScores, [.. results[0].EnumerateArray().Select(pair => pair[1].GetSingle())]);
        Assert.Equal(results[0].GetRawText(), results[1].GetRawText());
        Assert.Equal(results[0].GetRawText(), results[2].GetRawText());
    }

    [Theory]
    [InlineData("/v1/models/toxicity")]
    [InlineData("/v1/models/toxicity/versions/1557429385")]
    [InlineData("/v1/models/toxicity/labels/stable")]
    public async Task Get_Model_IsAvailableForTensorFlowOpenAiAndKServe(string path)
    {
        var model = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync(path));

        Assert.Equal(
            """[{"version":"1557429385","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]""",
            model.GetProperty("model_version_status").GetRawText());
        Assert.Equal("toxicity", model.GetProperty("id").GetString());
        Assert.Equal("toxicity", model.GetProperty("name").GetString());
        Assert.True(model.GetProperty("ready").GetBoolean());
    }

    [Fact]
    public async Task Get_Models_ListsTheOne()
    {
        var list = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync("/v1/models"));
        Assert.Equal("toxicity", Assert.Single(list.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal("""["toxicity"]""", list.GetProperty("models").GetRawText());
    }

    [Fact]
    public async Task Get_Metadata_DescribesTheSignatures()
    {
        var metadata = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync("/v1/models/toxicity/metadata"));

        Assert.Equal("""{"name":"toxicity","signature_name":"","version":"1557429385"}""", metadata.GetProperty("model_spec").GetRawText());
        var signatures = metadata.GetProperty("metadata").GetProperty("signature_def").GetProperty("signature_def");
        Assert.Equal(
            """{"inputs":{"examples":{"dtype":"DT_STRING","tensor_shape":{"dim":[{"size":"-1","name":""}],"unknown_rank":false},"name":"input_example_tensor:0"}},"outputs":{"probabilities":{"dtype":"DT_FLOAT","tensor_shape":{"dim":[{"size":"-1","name":""},{"size":"6","name":""}],"unknown_rank":false},"name":"loss/Sigmoid:0"}},"method_name":"tensorflow/serving/predict","defaults":{}}""",
            signatures.GetProperty("serving_default").GetRawText());
        Assert.Equal(["classify", "ids", "serving_default", "text"], signatures.EnumerateObject().Select(signature => signature.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", 400, "JSON Parse error: The document is empty")]
    [InlineData(" \n", 400, "JSON Parse error: The document is empty")]
    [InlineData("x", 400, "JSON Parse error: Invalid value. at offset: 0")]
    [InlineData("{\n \"instances\": [1,]}", 400, "JSON Parse error: Invalid value. at offset: 19")]
    [InlineData("[]", 400, "the body must be a JSON object; got []")]
    [InlineData("{}", 400, "Missing 'inputs' or 'instances' key")]
    [InlineData("""{"instances":["a"],"inputs":["b"]}""", 400, "expected only one of 'inputs' and 'instances'")]
    [InlineData("""{"instances":[]}""", 400, "'instances' must be a list that is not empty; got []")]
    [InlineData("""{"instances":"a"}""", 400, "'instances' must be a list that is not empty; got \"a\"")]
    [InlineData("""{"instances":[5]}""", 400, "'instances[0]' must be a string, {\"b64\": …} or an object of features; got 5")]
    [InlineData("""{"instances":["\ud800"]}""", 400, "unpaired surrogate")]
    [InlineData("""{"instances":[{"b64":"%"}]}""", 400, "'instances[0].b64' is not base64")]
    [InlineData("""{"instances":[{"b64":"ChEKDwoFb3RoZXISBgoECgJoaQ=="}]}""", 400, "neither a tf.Example with the feature input_ids or text, nor UTF-8 text")]
    [InlineData("""{"instances":[{"b64":"CgA="}]}""", 400, "neither a tf.Example with the feature input_ids or text, nor UTF-8 text")]
    [InlineData("""{"instances":[{"text":{"b64":"/w=="}}]}""", 400, "'instances[0].text' holds bytes that are not UTF-8")]
    [InlineData("""{"instances":[{"b64":"_-_-"}]}""", 400, "'instances[0].b64' is not base64")]
    [InlineData("""{"instances":[{"b64":"SGVsb"}]}""", 400, "'instances[0].b64' is not base64")]
    [InlineData("""{"instances":[{"b64":"/////w=="}]}""", 400, "neither a tf.Example")]
    [InlineData("""{"instances":[{"other":5}]}""", 400, "it has a feature that the model does not have; known: examples, text, input_ids")]
    [InlineData("""{"instances":[{"\ud800":5}]}""", 400, "")]
    [InlineData("""{"instances":[{}]}""", 400, "it has none of text, examples and input_ids")]
    [InlineData("""{"instances":[{"input_ids":[2,626,3]}]}""", 400, "'instances[0].input_ids' has the token id 626; the model has 626 tokens, from 0")]
    [InlineData("""{"instances":[{"input_ids":[2,-1,3]}]}""", 400, "has the token id -1")]
    [InlineData("""{"instances":[{"input_ids":[2,1.5,3]}]}""", 400, "'instances[0].input_ids[1]' must be a whole number; got 1.5")]
    [InlineData("""{"instances":[{"input_ids":[]}]}""", 400, "has 0 tokens; this model takes 1 to 128")]
    [InlineData("""{"instances":[{"input_ids":[2,3],"input_mask":[1]}]}""", 400, "has 2 input_ids and 1 input_mask")]
    [InlineData("""{"instances":[{"input_ids":[2,5,3],"input_mask":[1,0,1]}]}""", 400, "other values than ones and then zeros")]
    [InlineData("""{"instances":[{"input_ids":[2,3],"segment_ids":[0,2]}]}""", 400, "has the segment id 2; the model has 2 types, from 0")]
    [InlineData("""{"inputs":{"other":[1]}}""", 400, "Missing named input: input_ids")]
    [InlineData("""{"inputs":{"input_ids":[2,3]}}""", 400, "'inputs.input_ids[0]' must be a list of whole numbers; got 2")]
    [InlineData("""{"inputs":{"input_ids":[[2,3]],"input_mask":[[1,1],[1,1]]}}""", 400, "1 rows of input_ids, 2 of input_mask")]
    [InlineData("""{"inputs":5}""", 400, "'inputs' must be a string")]
    [InlineData("""{"instances":["a"],"signature_name":5}""", 400, "'signature_name' key must be a string value.")]
    [InlineData("""{"instances":["a"],"signature_name":"x"}""", 400, "Serving signature name: \"x\" not found in signature def")]
    [InlineData("""{"instances":["a"],"signature_name":"classify"}""", 400, "Expected prediction signature method_name to be tensorflow/serving/predict. Was: tensorflow/serving/classify")]
    public Task Predict_BadBody_IsAMessageUnderError(string body, int status, string message) => AssertRefusedAsync("POST", Predict, body, status, message);

    [Theory]
    [InlineData("POST", "/v1/models/half:predict", 404, "Servable not found for request: Latest(half)")]
    [InlineData("POST", "/v1/models/toxicity/versions/7:predict", 404, "Servable not found for request: Specific(toxicity, 7)")]
    [InlineData("POST", "/v1/models/toxicity/labels/canary:predict", 400, "Unrecognized servable version label: canary")]
    [InlineData("POST", "/v1/models/toxicity:regress", 400, "Expected regression signature method_name to be tensorflow/serving/regress. Was: tensorflow/serving/predict")]
    [InlineData("POST", "/v1/models/toxicity:generate", 400, "Malformed request: POST /v1/models/toxicity:generate")]
    [InlineData("POST", "/v1/models/toxicity", 400, "Malformed request: POST /v1/models/toxicity")]
    [InlineData("GET", "/v1/models/toxicity:predict", 400, "Malformed request: GET /v1/models/toxicity:predict")]
    [InlineData("GET", "/v1/models/toxicity/versions/7", 404, "Could not find version 7 of model toxicity")]
    [InlineData("GET", "/v1/models/half/versions/7", 404, "Could not find any versions of model half")]
    [InlineData("GET", "/v1/models/toxicity/versions/7/metadata", 404, "Servable not found for request: Specific(toxicity, 7)")]
    [InlineData("GET", "/v1/models/toxicity/versions/abc", 400, "Malformed request: GET /v1/models/toxicity/versions/abc")]
    [InlineData("POST", "/v1/models/toxicity/versions/abc:predict", 400, "Malformed request: POST /v1/models/toxicity/versions/abc:predict")]
    [InlineData("PUT", "/v1/models/toxicity:predict", 400, "Malformed request: PUT /v1/models/toxicity:predict")]
    [InlineData("DELETE", "/v1/models/toxicity", 400, "Malformed request: DELETE /v1/models/toxicity")]
    [InlineData("OPTIONS", "/v1/models/toxicity:predict", 400, "Malformed request: OPTIONS /v1/models/toxicity:predict")]
    [InlineData("GET", "/v1/models/half/metadata", 404, "Servable not found for request: Latest(half)")]
    public Task Path_OfNothing_IsAMessageUnderError(string method, string path, int status, string message) =>
        AssertRefusedAsync(method, path, """{"instances":["a"]}""", status, message);

    [Theory]
    [InlineData("{}", "key 'examples' is expected")]
    [InlineData("""{"examples":[]}""", "'examples' must be a list that is not empty")]
    [InlineData("""{"examples":[{"text":5}]}""", "'examples[0]': Key: text. Data types don't match. Data type: int64 but expected type: string")]
    [InlineData("""{"examples":[{"text":["a","b"]}]}""", "'examples[0].text' has 2 values; accepted: 1")]
    [InlineData("""{"examples":["a"]}""", "'examples[0]' must be an object of features; got \"a\"")]
    [InlineData("""{"examples":[{"other":"a"}]}""", "it has neither text nor input_ids")]
    [InlineData("""{"examples":[{"text":"a","label_ids":null}]}""", "'examples[0].label_ids' must be a number, a truth, a string, {\"b64\": …}, or a list of such values; got null")]
    [InlineData("""{"examples":[{"text":"a","label_ids":[[0]]}]}""", "'examples[0].label_ids[0]' must be a number, a truth, a string")]
    [InlineData("""{"examples":[{"text":"a","label_ids":[0,0.5]}]}""", "'examples[0].label_ids[1]' must be of the same kind as the values before it; got 0.5")]
    [InlineData("""{"examples":[{"text":["a",null]}]}""", "'examples[0].text[1]' must be of the same kind as the values before it; got null")]
    [InlineData("""{"examples":[{"input_ids":[2.0,3.0]}]}""", "Key: input_ids. Data types don't match. Data type: float but expected type: int64")]
    [InlineData("""{"examples":[{"input_ids":[18446744073709551616]}]}""", "'examples[0].input_ids[0]' must be a whole number of at most 64 bits")]
    [InlineData("""{"examples":[{"text":"a"}],"context":[]}""", "'context' must be an object of features; got []")]
    [InlineData("""{"examples":[{"text":"a"}],"context":{"other":null}}""", "'context.other' must be a number")]
    [InlineData("""{"examples":[{"text":"a"}],"signature_name":"serving_default"}""", "Expected classification signature method_name to be tensorflow/serving/classify. Was: tensorflow/serving/predict")]
    public Task Classify_BadBody_IsAMessageUnderError(string body, string message) =>
        AssertRefusedAsync("POST", Classify, body, 400, message);

    [Fact]
    public async Task Options_OfAPage_Is200()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, Predict) { Headers = { { "Origin", "https://example.org" } } };
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Head_Model_IsAnsweredAsGet()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/v1/models/toxicity");
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task Get_AnotherModel_IsOpenAisError()
    {
        using var response = await server.Http.GetAsync("/v1/models/half");
        Assert.Equal(404, (int)response.StatusCode);
        Assert.Equal(
            """{"error":{"message":"Could not find any versions of model half","type":"invalid_request_error","param":"model","code":"model_not_found"}}""",
            await response.Content.ReadAsStringAsync());
    }

    private async Task AssertRefusedAsync(string method, string path, string body, int status, string message)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? new StringContent(body) : null };
        using var response = await server.Http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(message, JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
