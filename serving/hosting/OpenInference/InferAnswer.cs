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
    private const string Deflate = "deflate";

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
        if (Encoding(context.Request) is { } encoding)
        {
            response.Headers.ContentEncoding = encoding;
            body = Compressed(body, encoding);
        }
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    // What the caller likes best; null for the body as it is.
    private static string? Encoding(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted))
        {
            return null;
        }
        var best = Quality(Gzip) >= Quality(Deflate) ? Gzip : Deflate;
        return Quality(best) > 0 && Quality(best) >= (Named("identity") ?? 0) ? best : null;

        double Quality(string encoding) => Named(encoding) ?? Named("*") ?? 0;

        double? Named(string encoding) =>
            accepted.FirstOrDefault(one => one.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase)) is { } found ? found.Quality ?? 1 : null;
    }

    private static byte[] Compressed(byte[] body, string encoding)
    {
        using var output = new MemoryStream();
        // RFC 9110, 8.4.1.2: deflate is the zlib format.
        using (Stream compressed = encoding == Gzip ? new GZipStream(output, CompressionLevel.Fastest) : new ZLibStream(output, CompressionLevel.Fastest))
        {
            compressed.Write(body);
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
