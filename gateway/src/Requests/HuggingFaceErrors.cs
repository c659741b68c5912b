using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>Errors as <c>{"error":"message","error_type":"code"}</c>.</summary>
internal sealed class HuggingFaceErrors : ErrorFormat
{
    public static readonly HuggingFaceErrors Format = new();

    public override byte[] Body(ApiException error) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("error", error.Message);
        json.WriteString("error_type", ErrorTable.Row(error.Kind).Code ?? "validation");
        json.WriteEndObject();
    });
}
