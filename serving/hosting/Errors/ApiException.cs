namespace ElasticSynapse.Serving.Hosting.Errors;

/// <summary>A request that is answered with an error.</summary>
/// <param name="kind">Row of <see cref="ErrorTable"/>.</param>
/// <param name="message">For the caller: the value, the limit, and who sets it.</param>
/// <param name="parameter">The field at fault, if one is.</param>
/// <param name="innerException">For the log only; never shown to a caller.</param>
public sealed class ApiException(ErrorKind kind, string message, string? parameter = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    public ErrorKind Kind { get; } = kind;

    public string? Parameter { get; } = parameter;

    /// <summary>Seconds after which a retry may succeed; sent as <c>Retry-After</c>.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>A field that is wrong.</summary>
    public static ApiException Invalid(string parameter, string message) => new(ErrorKind.InvalidRequest, message, parameter);
}
