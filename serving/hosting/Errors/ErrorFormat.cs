namespace ElasticSynapse.Serving.Hosting.Errors;

/// <summary>How an API tells its errors. Which API uses which is said with <see cref="ErrorFormats"/>.</summary>
public abstract class ErrorFormat
{
    public virtual string ContentType => "application/json";

    public virtual int Status(ErrorKind kind) => ErrorTable.Row(kind).Status;

    /// <summary>The body of an answer, and what an event carries inside a stream that has already begun: UTF-8 without line
    /// breaks.</summary>
    public abstract byte[] Body(ApiException error);
}
