using System.Text.Encodings.Web;
using System.Text.Json;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>How JSON is written everywhere: escaped no more than JSON asks (beyond the basic plane the encoder still escapes).
/// Bodies are never embedded in HTML.</summary>
public static class JsonText
{
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };
}
