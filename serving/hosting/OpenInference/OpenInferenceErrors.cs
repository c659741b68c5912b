using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>Errors of the Open Inference Protocol: <c>{"error":"message"}</c>, with Triton's texts for unknown paths and methods.</summary>
public sealed class OpenInferenceErrors : ErrorFormat
{
    public static readonly OpenInferenceErrors Format = new();

    public override byte[] Body(ApiException error) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("error", error.Kind switch
        {
            ErrorKind.NotFound => "Not Found",
            ErrorKind.MethodNotAllowed => "Method Not Allowed",
            _ => error.Message,
        });
        writer.WriteEndObject();
    });
}
