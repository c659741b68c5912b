using System.IO.Compression;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>Writes the outputs that a request wants: as JSON, and behind it those that it wants in binary.</summary>
internal static class InferAnswer
{
    private const string Gzip = "gzip";

    public static async Task WriteAsync(HttpContext context, OpenInferenceModel model, InferRequest request, IReadOnlyList<InferTensor> tensors)
    {
        var outputs = Wanted(model, request, tensors);
        var binary = outputs.Where(output => output.IsBinary).Select(output => BinaryTensor.Write(output.Tensor)).ToList();
        var json = Json(model, request.Id, outputs, binary);

        var response = context.Response;
        response.ContentType = binary.Count == 0 ? "application/json" : "application/octet-stream";
        if (binary.Count > 0)
        {
            response.Headers[InferRequest.JsonLengthHeader] = json.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        byte[] body = [.. json, .. binary.SelectMany(bytes => bytes)];
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (AcceptsGzip(context.Request))
        {
            response.Headers.ContentEncoding = Gzip;
            body = Compressed(body);
        }
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static bool AcceptsGzip(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted)
        && accepted.Any(encoding => encoding.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase) && encoding.Quality is not 0);

    private static byte[] Compressed(byte[] body)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }
        return output.ToArray();
    }

    private static List<(InferTensor Tensor, bool IsBinary)> Wanted(OpenInferenceModel model, InferRequest request, IReadOnlyList<InferTensor> tensors)
    {
        if (request.Outputs is null)
        {
            return [.. tensors.Select(tensor => (tensor, request.IsBinary))];
        }
        return [.. request.Outputs.Select(wanted =>
        {
            var tensor = tensors.FirstOrDefault(tensor => tensor.Name == wanted.Name) ?? throw ApiException.Invalid("outputs",
                $"unexpected inference output '{Excerpt.Of(wanted.Name)}' for model '{model.Identity.Name}'; it has {string.Join(", ", tensors.Select(known => known.Name))}");
            return (wanted.ClassCount is { } count ? ClassificationOutput.Of(tensor, count, model) : tensor, wanted.IsBinary);
        })];
    }

    private static byte[] Json(OpenInferenceModel model, string? id, List<(InferTensor Tensor, bool IsBinary)> outputs, List<byte[]> binary) => JsonText.Write(writer =>
    {
        var nextBinary = 0;
        writer.WriteStartObject();
        writer.WriteString("model_name", model.Identity.Name);
        writer.WriteString("model_version", model.Identity.Version);
        if (id is not null)
        {
            writer.WriteString("id", id);
        }
        writer.WriteStartArray("outputs");
        foreach (var (tensor, isBinary) in outputs)
        {
            writer.WriteStartObject();
            writer.WriteString("name", tensor.Name);
            writer.WriteStartArray("shape");
            foreach (var size in tensor.Shape)
            {
                writer.WriteNumberValue(size);
            }
            writer.WriteEndArray();
            writer.WriteString("datatype", tensor.Datatype.Name);
            if (isBinary)
            {
                writer.WriteStartObject("parameters");
                writer.WriteNumber("binary_data_size", binary[nextBinary++].Length);
                writer.WriteEndObject();
            }
            else
            {
                writer.WritePropertyName("data");
                JsonTensor.Write(writer, tensor.Values);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
