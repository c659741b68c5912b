using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>A request for an inference, with its tensors from JSON, from the bytes behind it, or as the body itself.</summary>
public sealed class InferRequest : IDisposable
{
    /// <summary>On requests and answers: bytes of the JSON in front of the binary tensors.</summary>
    public const string JsonLengthHeader = "Inference-Header-Content-Length";

    private readonly JsonRequest? _json;

    private InferRequest(JsonRequest? json) => _json = json;

    /// <summary>Repeated in the answer.</summary>
    public string? Id { get; private init; }

    /// <summary>The model's own parameters.</summary>
    public JsonFields? Parameters { get; private init; }

    public required IReadOnlyList<InferTensor> Inputs { get; init; }

    /// <summary>Null for all outputs.</summary>
    public IReadOnlyList<WantedOutput>? Outputs { get; private init; }

    /// <summary>Whether outputs that say nothing of their own come in binary.</summary>
    public bool IsBinary { get; private init; }

    /// <exception cref="ApiException">The body is no request of the protocol.</exception>
    public static async Task<InferRequest> ReadAsync(HttpRequest request, OpenInferenceModel model, CancellationToken cancelled)
    {
        var body = await RequestBytes.ReadAsync(request, cancelled);
        return JsonLength(request, body.Length) switch
        {
            null => OfJson(body, default),
            0 => Raw(body.Span, model),
            { } length => OfJson(body[..length], body[length..]),
        };
    }

    public void Dispose() => _json?.Dispose();

    private static InferRequest OfJson(ReadOnlyMemory<byte> text, ReadOnlyMemory<byte> binary)
    {
        var json = JsonRequest.Parse(text);
        try
        {
            var parameters = json.Object("parameters");
            var isBinary = parameters?.Boolean("binary_data_output") ?? false;
            var outputs = json.Objects("outputs")?.Select(output => WantedOutput.Read(output, isBinary)).ToList();
            return new InferRequest(json)
            {
                Id = json.String("id"),
                Parameters = parameters,
                IsBinary = isBinary,
                // An empty list asks for nothing that anyone could want: Triton takes it for none.
                Outputs = outputs is { Count: > 0 } ? outputs : null,
                Inputs = InputTensors.Read(json, binary),
            };
        }
        catch
        {
            json.Dispose();
            throw;
        }
    }

    // The whole body is the data of the first input, in a batch of 1, and all outputs are binary. Whether that one is enough is the
    // model's affair: the classifier's others are alternatives to it.
    private static InferRequest Raw(ReadOnlySpan<byte> body, OpenInferenceModel model)
    {
        var input = model.Inputs[0];
        if (input.Datatype == TensorDatatype.Bytes)
        {
            return Of([1], new[] { BinaryTensor.Text(body, input.Name) });
        }
        var count = body.Length / input.Datatype.SizeBytes;
        return Of([1, count], BinaryTensor.Read(body, input.Datatype, count, input.Name));

        InferRequest Of(long[] shape, Array values) => new(null) { Inputs = [new InferTensor(input.Name, input.Datatype, shape, values)], IsBinary = true };
    }

    private static int? JsonLength(HttpRequest request, int bodyLength)
    {
        if (request.Headers[JsonLengthHeader] is not [{ } text])
        {
            return null;
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= bodyLength
            ? length
            : throw ApiException.Invalid(JsonLengthHeader, string.Create(CultureInfo.InvariantCulture,
                $"{JsonLengthHeader} is {Excerpt.Of(text)}; it must be a whole number up to the body's {bodyLength:N0} bytes"));
    }
}
