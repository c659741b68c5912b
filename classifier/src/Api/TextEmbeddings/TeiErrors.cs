using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.TextEmbeddings;

/// <summary>Errors of Hugging Face Text Embeddings Inference: <c>{"error","error_type"}</c>.</summary>
internal sealed class TeiErrors : ErrorFormat
{
    public static readonly TeiErrors Format = new(422, "Validation");

    /// <summary>Of a request without inputs, which has a type of its own.</summary>
    public static readonly TeiErrors OfNothing = new(400, "Empty");

    /// <summary>Of a request for what this kind of model does not compute.</summary>
    public static readonly TeiErrors OfAnotherTask = new(424, Backend);

    private const string Backend = "Backend";

    private readonly (int Status, string Type) _invalid;

    private TeiErrors(int status, string type) => _invalid = (status, type);

    public override int Status(ErrorKind kind) => Row(kind).Status;

    public override byte[] Body(ApiException error) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("error", error.Message);
        json.WriteString("error_type", Row(error.Kind).Type);
        json.WriteEndObject();
    });

    private (int Status, string Type) Row(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidRequest => _invalid,
        ErrorKind.ContextLengthExceeded => (422, "Tokenizer"),
        ErrorKind.Overloaded => (429, "Overloaded"),
        ErrorKind.Internal => (424, Backend),
        // Nothing was wrong with the request; upstream has no deadlines.
        ErrorKind.DeadlineExceeded or ErrorKind.UpstreamTimeout or ErrorKind.UpstreamUnavailable => (base.Status(kind), Backend),
        ErrorKind.NotReady => (503, "Unhealthy"),
        _ => (base.Status(kind), "Validation"),
    };
}
