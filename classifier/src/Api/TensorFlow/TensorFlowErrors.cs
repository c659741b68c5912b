using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>Errors of TensorFlow Serving's REST API: <c>{"error":"message"}</c>.</summary>
internal sealed class TensorFlowErrors : ErrorFormat
{
    public static readonly TensorFlowErrors Format = new();

    public override byte[] Body(ApiException error) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("error", error.Message);
        json.WriteEndObject();
    });
}
