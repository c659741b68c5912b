using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Hosting.OpenInference;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Serving.Tests.Hosting.OpenInference;

/// <summary>A model that answers each number with its half and its sign, and each text with its length.</summary>
public sealed class OpenInferenceRoutesTests
{
    private static readonly OpenInferenceModel Model = new()
    {
        Identity = new ModelIdentity("half", "3"),
        Inputs = [new("x", TensorDatatype.Fp32, -1, 2), new("names", TensorDatatype.Bytes, -1)],
        Outputs = [new("y", TensorDatatype.Fp32, -1, 2), new("lengths", TensorDatatype.Int64, -1)],
        Labels = ["left", "right"],
        Extensions = ["classification"],
    };

    [Theory]
    [InlineData("/v2/health/live", """{"live":true}""")]
    [InlineData("/v2/health/ready", """{"ready":true}""")]
    [InlineData("/v2/models", """{"models":["half"]}""")]
    [InlineData("/v2/models/half/ready", """{"name":"half","ready":true}""")]
    [InlineData("/v2/models/half@3/ready", """{"name":"half","ready":true}""")]
    [InlineData("/v2/models/half/versions/3/ready", """{"name":"half","ready":true}""")]
    [InlineData("/v2/models/half/versions/3_v1.2/ready", """{"name":"half","ready":true}""", "3_v1.2")]
    [InlineData("/v2/models/half/versions/3/ready", """{"name":"half","ready":true}""", "3_v1.2")]
    [InlineData("/v2/models/half@3/ready", """{"name":"half","ready":true}""", "3_v1.2")]
    [InlineData("/v2/models/half", """{"name":"half","versions":["3"],"platform":"onnxruntime_onnx","inputs":[{"name":"x","datatype":"FP32","shape":[-1,2]},{"name":"names","datatype":"BYTES","shape":[-1]}],"outputs":[{"name":"y","datatype":"FP32","shape":[-1,2]},{"name":"lengths","datatype":"INT64","shape":[-1]}]}""")]
    [InlineData("/v2/models/half/versions/3", """{"name":"half","versions":["3"],"platform":"onnxruntime_onnx","inputs":[{"name":"x","datatype":"FP32","shape":[-1,2]},{"name":"names","datatype":"BYTES","shape":[-1]}],"outputs":[{"name":"y","datatype":"FP32","shape":[-1,2]},{"name":"lengths","datatype":"INT64","shape":[-1]}]}""")]
    public async Task Get_HealthOrMetadata_HasKServesBody(string path, string body, string version = "3")
    {
        await using var service = await StartAsync(Model with { Identity = new ModelIdentity("half", version) });
        Assert.Equal(body, await service.Client.GetStringAsync(path));
    }

    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/")]
    public async Task Get_Server_TellsItsExtensions(string path)
    {
        await using var service = await StartAsync();
        var body = await service.Client.GetStringAsync(path);
        Assert.StartsWith("{\"name\":\"", body, StringComparison.Ordinal);
        Assert.EndsWith("\"extensions\":[\"binary_tensor_data\",\"classification\"]}", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v2/health/ready", """{"ready":false}""")]
    [InlineData("/v2/models/half/ready", """{"error":"Model with name half is not ready."}""")]
    public async Task Get_ReadyWhileDraining_Is503(string path, string body)
    {
        await using var service = await StartAsync(ready: false);
        using var answer = await service.Client.GetAsync(path);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, body), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Equal(["1"], answer.Headers.GetValues("Retry-After"));
    }

    [Theory]
    [InlineData("GET", "/v2/models/other", 404, "Model with name other does not exist.")]
    [InlineData("GET", "/v2/models/half/versions/4", 404, "Model with name half and version 4 does not exist; this server has version 3.")]
    [InlineData("GET", "/v2/models/half/versions/4/ready", 404, "Model with name half and version 4 does not exist; this server has version 3.")]
    [InlineData("POST", "/v2/models/other/infer", 404, "Model with name other does not exist.")]
    [InlineData("GET", "/v2/nothing", 404, "Not Found")]
    [InlineData("GET", "/v2/models/half/infer", 405, "Method Not Allowed")]
    public async Task Error_IsAMessageUnderError(string method, string path, int status, string message)
    {
        await using var service = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await service.Client.SendAsync(request);
        Assert.Equal((status, $$"""{"error":"{{message}}"}"""), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData(
        """{"id":"42","inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[[1,-2],[0.5,4]]}]}""",
        """{"model_name":"half","model_version":"3","id":"42","outputs":[{"name":"y","shape":[2,2],"datatype":"FP32","data":[0.5,-1,0.25,2]}]}""")]
    [InlineData(
        """{"inputs":[{"name":"names","shape":[2],"datatype":"BYTES","data":["é","three"]}],"outputs":[]}""",
        """{"model_name":"half","model_version":"3","outputs":[{"name":"lengths","shape":[2],"datatype":"INT64","data":[1,5]}]}""")]
    [InlineData(
        """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,3]}],"outputs":[{"name":"y","parameters":{"classification":1}}]}""",
        """{"model_name":"half","model_version":"3","outputs":[{"name":"y","shape":[1,1],"datatype":"BYTES","data":["1.500000:1:right"]}]}""")]
    [InlineData(
        """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,1]}],"outputs":[{"name":"y","parameters":{"classification":9}}]}""",
        """{"model_name":"half","model_version":"3","outputs":[{"name":"y","shape":[1,2],"datatype":"BYTES","data":["0.500000:0:left","0.500000:1:right"]}]}""")]
    public async Task Infer_Json_AnswersJson(string body, string expected)
    {
        await using var service = await StartAsync();
        using var answer = await service.Client.PostAsync("/v2/models/half/infer", new StringContent(body));
        Assert.Equal(expected, await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.False(answer.Headers.Contains(InferRequest.JsonLengthHeader));
    }

    [Fact]
    public async Task Infer_BinaryInAndOut_PutsTensorsBehindTheJson()
    {
        await using var service = await StartAsync();
        var header = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}},{"name":"names","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":6}}],"parameters":{"binary_data_output":true},"outputs":[{"name":"lengths"},{"name":"y","parameters":{"binary_data":false}}]}""";
        using var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes(header), 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 2, 0, 0, 0, 0xC3, 0xA9]);
        content.Headers.Add(InferRequest.JsonLengthHeader, header.Length.ToString(CultureInfo.InvariantCulture));

        using var answer = await service.Client.PostAsync("/v2/models/half/versions/3/infer", content);

        var bytes = await answer.Content.ReadAsByteArrayAsync();
        const string Json = """{"model_name":"half","model_version":"3","outputs":[{"name":"lengths","shape":[1],"datatype":"INT64","parameters":{"binary_data_size":8}},{"name":"y","shape":[1,2],"datatype":"FP32","data":[0.5,1]}]}""";
        Assert.Equal(Json, Encoding.UTF8.GetString(bytes[..^8]));
        Assert.Equal([1, 0, 0, 0, 0, 0, 0, 0], bytes[^8..]);
        Assert.Equal([Json.Length.ToString(CultureInfo.InvariantCulture)], answer.Headers.GetValues(InferRequest.JsonLengthHeader));
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType?.ToString());
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br, gzip;q=0.5", "gzip")]
    [InlineData("gzip;q=0", null)]
    [InlineData("br", null)]
    [InlineData("deflate", "deflate")]
    [InlineData("gzip, deflate, br", "gzip")]
    [InlineData("deflate, gzip;q=0.5", "deflate")]
    [InlineData("deflate;q=0, gzip;q=0.1", "gzip")]
    [InlineData("*", "gzip")]
    [InlineData("*;q=0", null)]
    [InlineData("gzip;q=0, *", "deflate")]
    [InlineData("identity, gzip;q=0.5", null)]
    public async Task Infer_AnswerMayBeCompressed_IsAsTheCallerReadsIt(string accepted, string? encoding)
    {
        await using var service = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/half/infer")
        {
            Content = new StringContent("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"names","shape":[1],"datatype":"BYTES","data":["a"]}],"outputs":[{"name":"y"}]}"""),
        };
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        using var answer = await service.Client.SendAsync(request);

        Assert.Equal(encoding is null ? [] : [encoding], answer.Content.Headers.ContentEncoding);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await using var opened = encoding switch
        {
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            "deflate" => new ZLibStream(body, CompressionMode.Decompress),
            _ => body,
        };
        Assert.Equal(
            """{"model_name":"half","model_version":"3","outputs":[{"name":"y","shape":[1,2],"datatype":"FP32","data":[0.5,1]}]}""",
            await new StreamReader(opened).ReadToEndAsync());
    }

    [Fact]
    public async Task Infer_RawBody_IsTheFirstInput()
    {
        await using var service = await StartAsync(Model with { Inputs = [new("names", TensorDatatype.Bytes, -1), new("x", TensorDatatype.Fp32, -1, 2)] });
        using var content = new ByteArrayContent("hello"u8.ToArray());
        content.Headers.Add(InferRequest.JsonLengthHeader, "0");
        using var answer = await service.Client.PostAsync("/v2/models/half/infer", content);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal([5, 0, 0, 0, 0, 0, 0, 0], bytes[^8..]);
        Assert.Contains("\"binary_data_size\":8", Encoding.UTF8.GetString(bytes[..^8]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null, "not valid JSON")]
    [InlineData("[]", null, "must be a JSON object")]
    [InlineData("{}", null, "'inputs' is required")]
    [InlineData("""{"inputs":{}}""", null, "'inputs' must be an array of objects; got {}")]
    [InlineData("""{"inputs":[5]}""", null, "'inputs[0]' must be an object; got 5")]
    [InlineData("""{"inputs":[{"shape":[1],"datatype":"BYTES","data":["a"]}]}""", null, "'inputs[0].name' is required")]
    [InlineData("""{"inputs":[{"name":"x","datatype":"FP32","data":[1]}]}""", null, "'inputs[0].shape' is required")]
    [InlineData("""{"inputs":[{"name":"x","shape":[-1],"datatype":"FP32","data":[1]}]}""", null, "'inputs[0].shape' must be an array of whole numbers of at least 0; got [-1]")]
    [InlineData("""{"inputs":[{"name":"x","shape":[4294967296,4294967296],"datatype":"FP32","data":[1]}]}""", null, "more values than 64 bits can count")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1]}]}""", null, "'inputs[0].data' has 1 values; its shape asks for 2")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"FLOAT","data":[1]}]}""", null, "known: BOOL, UINT8")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"FP16","data":[1]}]}""", null, "JSON can't carry")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"UINT8","data":[256]}]}""", null, "'inputs[0].data[0]' must be of type UINT8; got 256")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1e99]}]}""", null, "got 1e99")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["\ud800"]}]}""", null, "unpaired surrogate")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"FP32"}]}""", null, "'inputs[0].data' is required")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}}]}""", null, "0 bytes are left behind the JSON")]
    [InlineData("""{"inputs":[]}abcd""", "13", "4 bytes behind the JSON belong to no input")]
    [InlineData("""{"inputs":[]}""", "99", "up to the body's 13 bytes")]
    [InlineData("""{"inputs":[]}""", "-1", "up to the body's 13 bytes")]
    [InlineData("abc", "0", "'x' has 3 bytes of binary data")]
    [InlineData("""{"inputs":[{"name":"names","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":5}}]}.....""", "96", "'names' says that an element has")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"outputs":[{"name":"z"}]}""", null, "unexpected inference output 'z' for model 'half'; it has y")]
    [InlineData("""{"inputs":[{"name":"names","shape":[1],"datatype":"BYTES","data":["a"]}],"outputs":[{"name":"lengths","parameters":{"classification":1}}]}""", null, "has no classes")]
    public async Task Infer_Malformed_Is400WithTheField(string body, string? jsonLength, string message)
    {
        await using var service = await StartAsync();
        using var content = new StringContent(body);
        if (jsonLength is not null)
        {
            content.Headers.Add(InferRequest.JsonLengthHeader, jsonLength);
        }
        using var answer = await service.Client.PostAsync("/v2/models/half/infer", content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith("{\"error\":\"", text, StringComparison.Ordinal);
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    private static Task<RunningService> StartAsync(OpenInferenceModel? model = null, bool ready = true) => RunningService.StartAsync(
        app => app.MapOpenInference(model ?? Model, (request, _) => Task.FromResult<IReadOnlyList<InferTensor>>([.. request.Inputs.Select(Answer)])),
        services => services.AddHealthChecks().AddCheck("test", () => ready ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy()));

    private static InferTensor Answer(InferTensor input) => input.Values switch
    {
        float[] numbers => new InferTensor("y", TensorDatatype.Fp32, input.Shape, numbers.Select(number => number / 2).ToArray()),
        string[] texts => new InferTensor("lengths", TensorDatatype.Int64, input.Shape, texts.Select(text => (long)text.Length).ToArray()),
        _ => throw ApiException.Invalid(input.Name, "unknown"),
    };
}
