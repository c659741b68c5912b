using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.TextEmbeddings;

/// <summary>Errors of Hugging Face Text Embeddings Inference: <c>{"error","error_type"}</c>.</summary>
internal sealed class TeiErrors : ErrorFormat
{
    public static readonly TeiErrors Format = new(isEmpty: false);

    /// <summary>Of a request without inputs, which has a type of its own.</summary>
    public static readonly TeiErrors OfNothing = new(isEmpty: true);

    private readonly bool _isEmpty;

    private TeiErrors(bool isEmpty) => _isEmpty = isEmpty;

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
        ErrorKind.InvalidRequest when _isEmpty => (400, "Empty"),
        ErrorKind.InvalidRequest => (422, "Validation"),
        ErrorKind.ContextLengthExceeded => (422, "Tokenizer"),
        ErrorKind.Overloaded => (429, "Overloaded"),
        ErrorKind.Internal => (424, "Backend"),
        ErrorKind.NotReady => (503, "Unhealthy"),
        _ => (base.Status(kind), "Validation"),
    };
}
