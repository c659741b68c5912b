using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>Errors as <c>{"message":"message"}</c>. The model-server's own also tell the fields at fault, which are its to know.</summary>
internal sealed class RestxErrors : ErrorFormat
{
    public static readonly RestxErrors Format = new();

    public override byte[] Body(ApiException error) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("message", error.Message);
        json.WriteEndObject();
    });
}
