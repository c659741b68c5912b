using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api.Tgi;

/// <summary>Errors as Text Generation Inference tells them: <c>{"error","error_type"}</c>, with its statuses and texts.</summary>
internal sealed class TgiErrors : ErrorFormat
{
    public static readonly TgiErrors Format = new();

    public override int Status(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextLengthExceeded => 422,
        ErrorKind.Internal => 424,
        _ => base.Status(kind),
    };

    public override byte[] Body(ApiException error)
    {
        var (message, type) = error.Kind switch
        {
            ErrorKind.InvalidRequest or ErrorKind.ContextLengthExceeded => ($"Input validation error: {error.Message}", "validation"),
            ErrorKind.Internal => ($"Request failed during generation: {error.Message}", "generation"),
            ErrorKind.Overloaded => ("Model is overloaded", "overloaded"),
            ErrorKind.NotReady => (error.Message, "healthcheck"),
            ErrorKind.DeadlineExceeded => (error.Message, "incomplete_generation"),
            _ => (error.Message, "validation"),
        };
        return JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("error", message);
            writer.WriteString("error_type", type);
            writer.WriteEndObject();
        });
    }
}
