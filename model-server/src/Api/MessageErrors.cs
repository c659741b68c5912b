using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>Errors as <c>{"error":"message"}</c>, for the APIs that had no form of their own.</summary>
internal sealed class MessageErrors : ErrorFormat
{
    public static readonly MessageErrors Format = new();

    public override byte[] Body(ApiException error) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("error", error.Message);
        writer.WriteEndObject();
    });
}
