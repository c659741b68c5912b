using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.OpenInference;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.OpenInference;

/// <summary>The classifier as the Open Inference Protocol sees it: texts, or token ids with their mask, to probabilities.</summary>
internal sealed class ClassifierInference(
    ServedClassifier served, InputClassifier classifier, PaddedIds padded, ClassificationOptions options, TimeProvider time)
{
    private const string Text = "text";
    private const string Probabilities = "probabilities";

    // Hugging Face's names, and those of BERT's Estimator.
    private static readonly string[] Ids = ["input_ids"];
    private static readonly string[] Masks = ["attention_mask", "input_mask"];
    private static readonly string[] Types = ["token_type_ids", "segment_ids"];

    public OpenInferenceModel Model { get; } = new()
    {
        Identity = served.Identity,
        Inputs =
        [
            new TensorDescription(Text, TensorDatatype.Bytes, -1),
            .. Ids.Concat(Masks).Concat(Types).Select(name => new TensorDescription(name, TensorDatatype.Int64, -1, -1)),
        ],
        Outputs = [new TensorDescription(Probabilities, TensorDatatype.Fp32, -1, served.LabelNames.Count)],
        Labels = served.LabelNames,
        Extensions = ["classification"],
    };

    /// <exception cref="ApiException">Inputs that the model does not have, or not of these types and shapes.</exception>
    public async Task<IReadOnlyList<InferTensor>> InferAsync(InferRequest request, HttpContext context)
    {
        var inputs = Inputs(request.Inputs);
        var scores = await classifier.ClassifyAsync(inputs, Deadline.Of(context, time), context.RequestAborted);
        float[] probabilities = [.. scores.SelectMany(score => score.Probabilities)];
        return [new InferTensor(Probabilities, TensorDatatype.Fp32, [scores.Length, served.LabelNames.Count], probabilities)];
    }

    private ClassifierInput[] Inputs(IReadOnlyList<InferTensor> tensors)
    {
        if (tensors.FirstOrDefault(tensor => !Model.Inputs.Any(input => input.Name == tensor.Name)) is { } unknown)
        {
            throw ApiException.Invalid("inputs",
                $"unexpected inference input '{Excerpt.Of(unknown.Name)}' for model '{served.Identity.Name}'; it has {string.Join(", ", Model.Inputs.Select(input => input.Name))}");
        }
        var texts = tensors.FirstOrDefault(tensor => tensor.Name == Text);
        if (texts is not null && tensors.Count > 1)
        {
            throw ApiException.Invalid("inputs", $"'{Text}' was sent with other inputs; send it alone, or token ids instead");
        }
        var inputs = texts is null ? TokenIds(tensors) : [.. Texts(texts).Select(text => new ClassifierInput(text, null))];
        return inputs.Length > 0 && inputs.Length <= options.MaxTextsPerRequest
            ? inputs
            : throw ApiException.Invalid("inputs", $"the batch has {inputs.Length} texts; accepted: 1 to {options.MaxTextsPerRequest} (Classification__MaxTextsPerRequest)");
    }

    // [batch], or [batch, 1] as Triton's clients like it.
    private static string[] Texts(InferTensor tensor) =>
        tensor.Values is string[] texts && (tensor.Shape.Count == 1 || (tensor.Shape.Count == 2 && tensor.Shape[1] == 1))
            ? texts
            : throw Mistake(tensor, "BYTES of shape [batch]");

    private ClassifierInput[] TokenIds(IReadOnlyList<InferTensor> tensors)
    {
        var ids = Rows(tensors, Ids) ?? throw ApiException.Invalid("inputs", $"'{Text}' or '{Ids[0]}' is required");
        var masks = Rows(tensors, Masks);
        var types = Rows(tensors, Types);
        if ((masks ?? ids).Length != ids.Length || (types ?? ids).Length != ids.Length)
        {
            throw ApiException.Invalid("inputs", $"'{Ids[0]}' has {ids.Length} rows, and its mask or types have another number");
        }
        return [.. ids.Select((row, i) => new ClassifierInput(null, padded.Read($"input_ids[{i}]", row, masks?[i], types?[i])))];
    }

    // Of the first name that was sent; null without one.
    private static long[][]? Rows(IReadOnlyList<InferTensor> tensors, string[] names)
    {
        if (tensors.FirstOrDefault(tensor => names.Contains(tensor.Name)) is not { } tensor)
        {
            return null;
        }
        return tensor.Values is long[] values && tensor.Shape is [_, > 0 and var columns]
            ? [.. values.Chunk((int)columns)]
            : throw Mistake(tensor, "INT64 of shape [batch, tokens]");
    }

    private static ApiException Mistake(InferTensor tensor, string accepted) => ApiException.Invalid(tensor.Name,
        $"'{tensor.Name}' is {tensor.Datatype.Name} of shape [{string.Join(",", tensor.Shape)}]; accepted: {accepted}");
}
