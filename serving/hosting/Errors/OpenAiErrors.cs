using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Serving.Hosting.Errors;

/// <summary>The OpenAI envelope: <c>{"error":{"message","type","param","code"}}</c>, all four present. Every API without a form
/// of its own has it.</summary>
public sealed class OpenAiErrors : ErrorFormat
{
    public static readonly OpenAiErrors Format = new();

    public override byte[] Body(ApiException error)
    {
        var (_, type, code) = ErrorTable.Row(error.Kind);
        return JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error");
            writer.WriteString("message", error.Message);
            writer.WriteString("type", type);
            writer.WriteString("param", error.Parameter);
            writer.WriteString("code", code);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }
}
