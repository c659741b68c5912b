using System.Globalization;
using ElasticSynapse.Classifier.Api.TensorFlow;
using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using ElasticSynapse.Classifier.Tests.Api.Grpc;
using Google.Protobuf;

namespace ElasticSynapse.Classifier.Tests.Api.TensorFlow;

public sealed class TensorFlowGrpcTests : IDisposable
{
    private const string Predict = "/tensorflow.serving.PredictionService/Predict";

    private readonly ClassifierServer _server;
    private readonly GrpcCaller _client;

    public TensorFlowGrpcTests()
    {
        var port = GrpcCaller.FreePort();
        _server = ClassifierServer.Start(new() { ["Model:Name"] = "bert", ["Grpc:Port"] = port.ToString(CultureInfo.InvariantCulture) });
        _client = new GrpcCaller(port);
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task Predict_AsTheFirstClientCalls_ProbabilitiesInFloatVal()
    {
        var (status, _, answer) = await _client.CallAsync(Predict, Request(("examples", Strings(ClientExample.Of(ClientExample.HelloWorld)))), PredictResponse.Parser, ("grpc-timeout", "10S"));

        Assert.Equal(0, status);
        var probabilities = answer!.Outputs["probabilities"];
        Assert.Equal(DataType.DtFloat, probabilities.Dtype);
        Assert.Equal([1, 6], probabilities.TensorShape.Dim.Select(dim => dim.Size));
        Golden.AssertClose(ClientExample.HelloWorldScores, [.. probabilities.FloatVal]);
        Assert.Equal(("bert", 1557429385L, "serving_default"), (answer.ModelSpec.Name, answer.ModelSpec.Version, answer.ModelSpec.SignatureName));
    }

    [Fact]
    public async Task Predict_BatchOfExamples_OneRowEach()
    {
        var (_, _, answer) = await _client.CallAsync(
            Predict, Request(("examples", Strings(ClientExample.Of(2, 3), ClientExample.Of(ClientExample.HelloWorld)))), PredictResponse.Parser);

        var probabilities = answer!.Outputs["probabilities"];
        Assert.Equal([2, 6], probabilities.TensorShape.Dim.Select(dim => dim.Size));
        Golden.AssertClose(ClientExample.HelloWorldScores, [.. probabilities.FloatVal.Skip(6)]);
    }

    [Fact]
    public async Task Predict_Text_IsTokenizedHere()
    {
        var text = new TensorProto { Dtype = DataType.DtString };
        text.StringVal.Add(ByteString.CopyFromUtf8("Hello world"));
        var (_, _, answer) = await _client.CallAsync(Predict, Request(("text", text)), PredictResponse.Parser);
        Golden.AssertClose(ClientExample.HelloWorldScores, [.. answer!.Outputs["probabilities"].FloatVal]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Predict_Ids_AsValuesOrAsBytes(bool asBytes)
    {
        TensorProto Tensor(params long[] values)
        {
            var tensor = new TensorProto { Dtype = DataType.DtInt64, TensorShape = new TensorShapeProto() };
            tensor.TensorShape.Dim.Add([new() { Size = 1 }, new() { Size = values.Length }]);
            if (asBytes)
            {
                tensor.TensorContent = ByteString.CopyFrom([.. values.SelectMany(BitConverter.GetBytes)]);
            }
            else
            {
                tensor.Int64Val.Add(values);
            }
            return tensor;
        }

        var request = Request(
            ("input_ids", Tensor(ClientExample.Padded(ClientExample.HelloWorld))),
            ("input_mask", Tensor(ClientExample.Padded(1, 1, 1, 1, 1, 1, 1, 1))),
            ("segment_ids", Tensor(ClientExample.Padded())));

        var (_, _, answer) = await _client.CallAsync(Predict, request, PredictResponse.Parser);

        Golden.AssertClose(ClientExample.HelloWorldScores, [.. answer!.Outputs["probabilities"].FloatVal]);
    }

    // As tf.make_tensor_proto leaves values out that repeat.
    [Fact]
    public async Task Predict_FewerValuesThanTheShapeHas_TheLastRepeats()
    {
        var (_, _, answer) = await _client.CallAsync(Predict, Request(("examples", Shaped(DataType.DtString, 3, 1).With("world", "Hello world"))), PredictResponse.Parser);

        var probabilities = answer!.Outputs["probabilities"];
        Assert.Equal([3, 6], probabilities.TensorShape.Dim.Select(dim => dim.Size));
        Golden.AssertClose([.. ClientExample.HelloWorldScores, .. ClientExample.HelloWorldScores], [.. probabilities.FloatVal.Skip(6)]);

        var ids = new TensorProto { Dtype = DataType.DtInt64, TensorShape = TensorFlowTensor.Shape(1, 12), Int64Val = { ClientExample.HelloWorld.Append(0) } };
        var mask = new TensorProto { Dtype = DataType.DtInt32, TensorShape = TensorFlowTensor.Shape(1, 12), IntVal = { 1, 1, 1, 1, 1, 1, 1, 1, 0 } };
        (_, _, answer) = await _client.CallAsync(
            Predict, Request(("input_ids", ids), ("input_mask", mask), ("segment_ids", Shaped(DataType.DtInt32, 1, 12))), PredictResponse.Parser);
        Golden.AssertClose(ClientExample.HelloWorldScores, [.. answer!.Outputs["probabilities"].FloatVal]);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("examples")]
    public async Task Predict_TextWithControlCharacters_IsAText(string input)
    {
        var (_, _, answer) = await _client.CallAsync(Predict, Request((input, Shaped(DataType.DtString, 1).With("Hel\0lo\a world"))), PredictResponse.Parser);
        Golden.AssertClose(ClientExample.HelloWorldScores, [.. answer!.Outputs["probabilities"].FloatVal]);
    }

    [Fact]
    public async Task Predict_GzipMessage_IsRead()
    {
        var message = Request(("examples", Strings(ClientExample.Of(ClientExample.HelloWorld)))).ToByteArray();
        var (status, _, _) = await _client.CallAsync(Predict, GrpcCaller.Framed(GrpcCaller.Gzip(message), isCompressed: true), PredictResponse.Parser, ("grpc-encoding", "gzip"));
        Assert.Equal(0, status);
    }

    [Fact]
    public async Task GetModelMetadata_SignatureDef_DescribesTheSignatures()
    {
        var request = new GetModelMetadataRequest { ModelSpec = new ModelSpec { Name = "bert" } };
        request.MetadataField.Add("signature_def");

        var (_, _, answer) = await _client.CallAsync("/tensorflow.serving.PredictionService/GetModelMetadata", request, GetModelMetadataResponse.Parser);

        var packed = answer!.Metadata["signature_def"];
        Assert.Equal("type.googleapis.com/tensorflow.serving.SignatureDefMap", packed.TypeUrl);
        var signature = SignatureDefMap.Parser.ParseFrom(packed.Value).SignatureDef["serving_default"];
        Assert.Equal("tensorflow/serving/predict", signature.MethodName);
        Assert.Equal(DataType.DtString, signature.Inputs["examples"].Dtype);
        Assert.Equal([-1, 6], signature.Outputs["probabilities"].TensorShape.Dim.Select(dim => dim.Size));
    }

    [Fact]
    public async Task GetModelStatus_Model_IsAvailable()
    {
        var (_, _, answer) = await _client.CallAsync(
            "/tensorflow.serving.ModelService/GetModelStatus", new GetModelStatusRequest { ModelSpec = new ModelSpec { Name = "bert" } }, GetModelStatusResponse.Parser);
        var version = Assert.Single(answer!.ModelVersionStatus);
        Assert.Equal((1557429385L, ModelVersionStatus.Types.State.Available), (version.Version, version.State));
        Assert.NotNull(version.Status);

        var (status, message, _) = await _client.CallAsync(
            "/tensorflow.serving.ModelService/GetModelStatus", new GetModelStatusRequest { ModelSpec = new ModelSpec { Name = "bert", Version = 7 } }, GetModelStatusResponse.Parser);
        Assert.Equal((5, "Could not find version 7 of model bert"), (status, message));
    }

    [Fact]
    public async Task Predict_BadRequests_EndWithTheStatusAndTheProcessServesOn()
    {
        await RefusedAsync(5, "Servable not found for request: Latest(half)", new PredictRequest { ModelSpec = new ModelSpec { Name = "half" } });
        await RefusedAsync(5, "Servable not found for request: Specific(bert, 7)", new PredictRequest { ModelSpec = new ModelSpec { Name = "bert", Version = 7 } });
        await RefusedAsync(3, "Unrecognized servable version label: canary", new PredictRequest { ModelSpec = new ModelSpec { Name = "bert", VersionLabel = "canary" } });
        await RefusedAsync(3, "Missing ModelSpec", new PredictRequest());
        await RefusedAsync(3, "input tensor alias not found in signature", Request());
        await RefusedAsync(3, "the batch has 0 texts", Request(("examples", new TensorProto { Dtype = DataType.DtString })));
        await RefusedAsync(3, "'examples' has shape [3] and 0 values", Request(("examples", Shaped(DataType.DtString, 3))));
        await RefusedAsync(3, "'examples' has shape [1] and 2 values", Request(("examples", Shaped(DataType.DtString, 1).With("a", "b"))));
        await RefusedAsync(3, "'examples' has shape [1,2] and 2 values", Request(("examples", Shaped(DataType.DtString, 1, 2).With("a", "b"))));
        await RefusedAsync(3, "'examples' has 257 texts; this server accepts 256", Request(("examples", Shaped(DataType.DtString, 257).With("a"))));
        await RefusedAsync(3, "'text' is of type 9; accepted: DT_STRING", Request(("text", Shaped(DataType.DtInt64, 1).With("a"))));
        await RefusedAsync(3, "'input_ids' is of type 9 and has values of another", Request(("input_ids", new TensorProto { Dtype = DataType.DtInt64, TensorShape = TensorFlowTensor.Shape(1, 2), IntVal = { 2, 3 } })));
        await RefusedAsync(3, "'input_ids' has shape [1,2] and 0 values", Request(("input_ids", Shaped(DataType.DtInt64, 1, 2))));
        await RefusedAsync(3, "'input_ids' has shape [1000000,1000000] and 1 values", Request(("input_ids", new TensorProto { Dtype = DataType.DtInt64, TensorShape = TensorFlowTensor.Shape(1_000_000, 1_000_000), Int64Val = { 2 } })));
        await RefusedAsync(3, "'input_ids' has shape [1000,1000] and 1 values", Request(("input_ids", new TensorProto { Dtype = DataType.DtInt64, TensorShape = TensorFlowTensor.Shape(1_000, 1_000), Int64Val = { 2 } })));
        await RefusedAsync(3, "'input_ids' has 9 bytes of values, 8 bytes each", Request(("input_ids", new TensorProto { Dtype = DataType.DtInt64, TensorShape = TensorFlowTensor.Shape(1, 1), TensorContent = ByteString.CopyFrom(new byte[9]) })));
        await RefusedAsync(3, "'string_val[0]' holds bytes that are not UTF-8", Request(("text", new TensorProto { Dtype = DataType.DtString, StringVal = { ByteString.CopyFrom(0xFF) } })));
        await RefusedAsync(3, "has the token id 626", Request(("examples", Strings(ClientExample.Of(2, 626, 3)))));
        await RefusedAsync(3, "'input_ids' is of type 7; accepted: DT_INT64 and DT_INT32", Request(("input_ids", Strings(ClientExample.Of(2, 3)))));
        await RefusedAsync(3, "'input_ids' has shape [] and 0 values", Request(("input_ids", new TensorProto { Dtype = DataType.DtInt64 })));

        var (broken, message, _) = await _client.CallAsync(Predict, GrpcCaller.Framed([0xFF, 0xFF, 0xFF]), PredictResponse.Parser);
        Assert.Equal((3, "the message is no PredictRequest"), (broken, message));
        (broken, message, _) = await _client.CallAsync(Predict, [0, 0, 0], PredictResponse.Parser);
        Assert.Equal((3, "the body of 3 bytes is not one gRPC message"), (broken, message));
        (broken, message, _) = await _client.CallAsync(Predict, GrpcCaller.Framed([1, 2], isCompressed: true), PredictResponse.Parser, ("grpc-encoding", "snappy"));
        Assert.Equal((12, "messages compressed as 'snappy' are not read; accepted: gzip and identity"), (broken, message));
        Assert.Equal("identity,gzip", _client.AcceptedEncodings);
        (broken, _, _) = await _client.CallAsync(Predict, GrpcCaller.Framed(GrpcCaller.Gzip(new byte[8 * 1024 * 1024]), isCompressed: true), PredictResponse.Parser, ("grpc-encoding", "gzip"));
        Assert.Equal(8, broken);
        (broken, _, _) = await _client.CallAsync(Predict, new byte[5 * 1024 * 1024], PredictResponse.Parser);
        Assert.Equal(8, broken);

        await Predict_BatchOfExamples_OneRowEach();
    }

    [Fact]
    public async Task Call_UnknownMethod_IsUnimplemented()
    {
        var (status, message, _) = await _client.CallAsync("/tensorflow.serving.PredictionService/Regress", Request(), PredictResponse.Parser);
        Assert.Equal((12, "no such method: /tensorflow.serving.PredictionService/Regress"), (status, message));
    }

    private async Task RefusedAsync(int status, string message, PredictRequest request)
    {
        var (actual, told, _) = await _client.CallAsync(Predict, request, PredictResponse.Parser);
        Assert.Equal(status, actual);
        Assert.Contains(message, told, StringComparison.Ordinal);
    }

    private static TensorProto Shaped(DataType type, params long[] sizes) => new() { Dtype = type, TensorShape = TensorFlowTensor.Shape(sizes) };

    private static PredictRequest Request(params (string Name, TensorProto Tensor)[] inputs)
    {
        var request = new PredictRequest { ModelSpec = new ModelSpec { Name = "bert", SignatureName = "serving_default" } };
        foreach (var (name, tensor) in inputs)
        {
            request.Inputs.Add(name, tensor);
        }
        return request;
    }

    private static TensorProto Strings(params Example[] examples)
    {
        var tensor = new TensorProto { Dtype = DataType.DtString, TensorShape = new TensorShapeProto() };
        tensor.TensorShape.Dim.Add(new TensorShapeProto.Types.Dim { Size = examples.Length });
        tensor.StringVal.AddRange(examples.Select(example => example.ToByteString()));
        return tensor;
    }
}

file static class Strings
{
    public static TensorProto With(this TensorProto tensor, params IEnumerable<string> texts)
    {
        tensor.StringVal.AddRange(texts.Select(ByteString.CopyFromUtf8));
        return tensor;
    }
}
