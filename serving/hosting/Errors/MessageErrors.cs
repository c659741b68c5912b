using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Serving.Hosting.Errors;

/// <summary>Errors as <c>{"error":"message"}</c>: TensorFlow Serving's, and of the APIs that had no form of their own.</summary>
public sealed class MessageErrors : ErrorFormat
{
    public static readonly MessageErrors Format = new();

    public override byte[] Body(ApiException error) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("error", error.Message);
        writer.WriteEndObject();
    });
}
