using System.Text.Json;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.OpenInference;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api.OpenInference;

/// <summary>Infer for a generator: texts in, their continuations out. The request's parameters are those of generate.</summary>
internal sealed class GeneratorInference(ServedGenerator generator, TextGenerator texts)
{
    private const string Input = "text";
    private const string Output = "generated_text";

    // Triton's vLLM backend calls them so.
    private const string TritonInput = "text_input";
    private const string TritonOutput = "text_output";

    public OpenInferenceModel Model { get; } = new()
    {
        Identity = generator.Identity,
        Inputs = [new(Input, TensorDatatype.Bytes, -1)],
        Outputs = [new(Output, TensorDatatype.Bytes, -1)],
        Extensions = ["generate"],
    };

    public async Task<IReadOnlyList<InferTensor>> InferAsync(InferRequest request, HttpContext context)
    {
        var input = ReadInput(request);
        var parameters = GenerateParameters.Read(request.Parameters ?? new JsonFields(JsonElement.Parse("{}"u8)));
        var settings = ((string[])input.Values)
            .Select((text, index) => parameters.Settings(text, $"{input.Name}[{index}]", generator))
            .ToList();
        using var generation = texts.Start(context, settings);
        var generated = await generation.TextsAsync();
        return [new InferTensor(input.Name == TritonInput ? TritonOutput : Output, TensorDatatype.Bytes, input.Shape, generated.Select(text => text.Text).ToArray())];
    }

    private InferTensor ReadInput(InferRequest request)
    {
        var unexpected = request.Inputs.FirstOrDefault(tensor => tensor.Name is not (Input or TritonInput));
        if (unexpected is not null || request.Inputs is not [var input])
        {
            throw ApiException.Invalid("inputs", unexpected is null
                ? $"'inputs' has {request.Inputs.Count} tensors; {generator.Identity} expects one, '{Input}'"
                : $"unexpected inference input '{Excerpt.Of(unexpected.Name)}' for model '{generator.Identity.Name}'; it expects '{Input}'");
        }
        if (input.Datatype != TensorDatatype.Bytes || input.Values.Length == 0)
        {
            throw ApiException.Invalid("inputs", $"input '{input.Name}' is {input.Datatype.Name} with {input.Values.Length} elements; {generator.Identity} expects BYTES, at least one");
        }
        return input;
    }
}
