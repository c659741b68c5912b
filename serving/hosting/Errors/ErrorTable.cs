namespace ElasticSynapse.Serving.Hosting.Errors;

/// <summary>The one table from kinds of error to HTTP status and the <c>type</c> and <c>code</c> of the OpenAI envelope.</summary>
/// <remarks>Statuses that the OpenAI SDKs retry by themselves (408, 409, 429 and 5xx) stand only where a retry can help.</remarks>
public static class ErrorTable
{
    /// <summary>Status, type and default code of a kind.</summary>
    public static (int Status, string Type, string? Code) Row(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidRequest => (400, "invalid_request_error", null),
        ErrorKind.ContextLengthExceeded => (400, "invalid_request_error", "context_length_exceeded"),
        ErrorKind.ModelNotFound => (404, "invalid_request_error", "model_not_found"),
        ErrorKind.NotFound => (404, "invalid_request_error", null),
        ErrorKind.MethodNotAllowed => (405, "invalid_request_error", null),
        ErrorKind.PayloadTooLarge => (413, "invalid_request_error", "payload_too_large"),
        ErrorKind.RequestTimeout => (408, "invalid_request_error", "request_timeout"),
        ErrorKind.Overloaded => (429, "requests", "overloaded"),
        ErrorKind.Internal => (500, "server_error", null),
        ErrorKind.UpstreamUnavailable => (502, "server_error", "upstream_unavailable"),
        ErrorKind.NotReady => (503, "server_error", "not_ready"),
        ErrorKind.UpstreamTimeout => (504, "server_error", "upstream_timeout"),
        ErrorKind.VersionNotReady => (503, "server_error", "version_not_ready"),
        ErrorKind.DeadlineExceeded => (504, "server_error", "deadline_exceeded"),
        ErrorKind.InvalidApiKey => (401, "invalid_request_error", "invalid_api_key"),
        ErrorKind.PermissionDenied => (403, "invalid_request_error", "permission_denied"),
        ErrorKind.RateLimitExceeded => (429, "requests", "rate_limit_exceeded"),
        ErrorKind.TokenLimitExceeded => (429, "tokens", "rate_limit_exceeded"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no row in the error table"),
    };
}
