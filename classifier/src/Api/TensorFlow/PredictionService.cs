using System.Globalization;
using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>TensorFlow Serving's gRPC methods that the first Elastic Synapse client, and clients like it, call.</summary>
internal sealed class PredictionService(
    ServedClassifier served, ServableVersion version, ExampleReader examples, PaddedIds padded, InputClassifier classifier,
    ClassificationOptions options, HealthCheckService health, TimeProvider time)
{
    /// <summary>Outputs <c>probabilities</c>, [batch, labels], in <c>float_val</c>: the first client reads no other field.</summary>
    public async Task<PredictResponse> PredictAsync(PredictRequest request, HttpContext context)
    {
        Check(request.ModelSpec);
        Signatures.Check(request.ModelSpec is { SignatureName.Length: > 0 and var _ } spec ? spec.SignatureName : Signatures.Default, "predict");
        if (request.OutputFilter.FirstOrDefault(output => output != Signatures.Probabilities) is { } unknown)
        {
            throw ApiException.Invalid("output_filter", $"output tensor alias not found in signature: {Excerpt.Of(unknown)}; it has {Signatures.Probabilities}");
        }
        var scores = await classifier.ClassifyAsync(Inputs(request), Deadline.Of(context, time), context.RequestAborted);

        var probabilities = new TensorProto { Dtype = DataType.DtFloat, TensorShape = TensorFlowTensor.Shape(scores.Length, served.LabelNames.Count) };
        probabilities.FloatVal.AddRange(scores.SelectMany(score => score.Probabilities));
        var response = new PredictResponse { ModelSpec = Spec() };
        response.ModelSpec.SignatureName = request.ModelSpec?.SignatureName is { Length: > 0 } name ? name : Signatures.Default;
        response.Outputs.Add(Signatures.Probabilities, probabilities);
        return response;
    }

    public Task<GetModelMetadataResponse> GetModelMetadataAsync(GetModelMetadataRequest request, HttpContext context)
    {
        const string signatures = "signature_def";
        Check(request.ModelSpec);
        if (request.MetadataField.Count == 0)
        {
            throw ApiException.Invalid("metadata_field", "GetModelMetadataRequest must specify at least one metadata_field");
        }
        if (request.MetadataField.FirstOrDefault(field => field != signatures) is { } unknown)
        {
            throw ApiException.Invalid("metadata_field", $"Metadata field {Excerpt.Of(unknown)} is not supported; accepted: {signatures}");
        }
        var response = new GetModelMetadataResponse { ModelSpec = Spec() };
        response.Metadata.Add(signatures, Any.Pack(Signatures.Describe(served.LabelNames.Count)));
        return Task.FromResult(response);
    }

    public async Task<GetModelStatusResponse> GetModelStatusAsync(GetModelStatusRequest request, HttpContext context)
    {
        Check(request.ModelSpec, version.CheckStatus);
        var isReady = (await health.CheckHealthAsync(context.RequestAborted)).Status == HealthStatus.Healthy;
        var response = new GetModelStatusResponse();
        response.ModelVersionStatus.Add(new ModelVersionStatus
        {
            Version = version.Number,
            State = isReady ? ModelVersionStatus.Types.State.Available : ModelVersionStatus.Types.State.Unloading,
            // Always there, and clients look into it: without it those in JavaScript fail.
            Status = new StatusProto(),
        });
        return response;
    }

    private ClassifierInput[] Inputs(PredictRequest request)
    {
        ClassifierInput[] inputs;
        if (request.Inputs.TryGetValue("examples", out var tensor))
        {
            inputs = [.. Strings("examples").Select((value, i) => examples.Read(value.Span, $"string_val[{i}]"))];
        }
        else if (request.Inputs.TryGetValue("text", out tensor))
        {
            inputs = [.. Strings("text").Select((value, i) => new ClassifierInput(ExampleReader.ReadText(value.Span, $"string_val[{i}]"), null))];
        }
        else if (request.Inputs.TryGetValue("input_ids", out var ids))
        {
            // Without values they would all be padding, which nobody means.
            var rows = TensorFlowTensor.Rows(ids, "input_ids", options.MaxQueuedTokens, mayBeEmpty: false);
            var masks = Optional("input_mask", rows.Length);
            var types = Optional("segment_ids", rows.Length);
            inputs = [.. rows.Select((row, i) => new ClassifierInput(null, padded.Read($"input_ids[{i}]", row, masks?[i], types?[i])))];
        }
        else
        {
            throw ApiException.Invalid("inputs", $"input tensor alias not found in signature: accepted are examples, text, and input_ids with input_mask and segment_ids; got {Excerpt.Of(string.Join(", ", request.Inputs.Keys))}");
        }
        if (inputs.Length == 0 || inputs.Length > options.MaxTextsPerRequest)
        {
            throw ApiException.Invalid("inputs", $"the batch has {inputs.Length} texts; accepted: 1 to {options.MaxTextsPerRequest} (Classification__MaxTextsPerRequest)");
        }
        return inputs;

        ByteString[] Strings(string name) => TensorFlowTensor.Strings(tensor, name, options.MaxTextsPerRequest);

        long[][]? Optional(string name, int rows) => request.Inputs.TryGetValue(name, out var given)
            ? TensorFlowTensor.Rows(given, name, options.MaxQueuedTokens, mayBeEmpty: true) is var values && values.Length == rows
            ? values
            : throw ApiException.Invalid(name, $"'{name}' has another number of rows than input_ids") : null;
    }

    private void Check(ModelSpec? spec) => Check(spec, version.Check);

    private static void Check(ModelSpec? spec, Action<string, string?, string?> servable)
    {
        if (spec is null)
        {
            throw ApiException.Invalid("model_spec", "Missing ModelSpec");
        }
        servable(spec.Name, spec.Version?.ToString(CultureInfo.InvariantCulture), spec.VersionChoiceCase == ModelSpec.VersionChoiceOneofCase.VersionLabel ? spec.VersionLabel : null);
    }

    private ModelSpec Spec() => new() { Name = served.Identity.Name, Version = version.Number };
}
