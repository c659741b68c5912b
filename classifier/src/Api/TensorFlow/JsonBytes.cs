using System.Text.Json;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>Bytes as TensorFlow Serving's REST API has them: <c>{"b64": "…"}</c>, an object of that one key.</summary>
internal static class JsonBytes
{
    /// <summary>Null for anything else.</summary>
    /// <exception cref="ApiException">It is no base64.</exception>
    public static byte[]? Read(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object || JsonFields.Element(value, "b64", name) is not { } text || value.EnumerateObject().Count() != 1)
        {
            return null;
        }
        if (text.ValueKind == JsonValueKind.String)
        {
            if (text.TryGetBytesFromBase64(out var bytes))
            {
                return bytes;
            }
            if (Unpadded(JsonFields.AsString(text, $"{name}.b64")) is { } unpadded)
            {
                return unpadded;
            }
        }
        throw ApiException.Invalid(name, $"'{name}.b64' is not base64");
    }

    // TensorFlow Serving's decoder does not ask for the padding.
    private static byte[]? Unpadded(string text)
    {
        var padded = text + new string('=', (4 - (text.Length % 4)) % 4);
        var bytes = new byte[padded.Length];
        return !text.Contains('=', StringComparison.Ordinal) && Convert.TryFromBase64String(padded, bytes, out var written) ? bytes[..written] : null;
    }
}
