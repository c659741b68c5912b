namespace ElasticSynapse.Serving.Hosting.Errors;

/// <summary>What can go wrong with a request. <see cref="ErrorTable"/> gives each its status and wire names.</summary>
public enum ErrorKind
{
    /// <summary>A field or body that can't be accepted.</summary>
    InvalidRequest,

    /// <summary>Prompt and requested tokens don't fit the model.</summary>
    ContextLengthExceeded,

    /// <summary>The named model or version is not served here.</summary>
    ModelNotFound,

    /// <summary>No such path.</summary>
    NotFound,

    /// <summary>The path exists, the method doesn't.</summary>
    MethodNotAllowed,

    /// <summary>The body is over the configured limit.</summary>
    PayloadTooLarge,

    /// <summary>The body arrives too slowly.</summary>
    RequestTimeout,

    /// <summary>More work than the admission queue takes.</summary>
    Overloaded,

    /// <summary>Our fault.</summary>
    Internal,

    /// <summary>The replica behind the gateway can't be reached or broke off.</summary>
    UpstreamUnavailable,

    /// <summary>Not ready, or draining.</summary>
    NotReady,

    /// <summary>The replica behind the gateway did not answer in time.</summary>
    UpstreamTimeout,

    /// <summary>The version that a request insists on exists and can't answer now.</summary>
    VersionNotReady,

    /// <summary>The time that the caller itself allows has passed.</summary>
    DeadlineExceeded,

    /// <summary>No API key, or one that is not known.</summary>
    InvalidApiKey,

    /// <summary>The caller is known and may not use this model.</summary>
    PermissionDenied,

    /// <summary>The caller has used up its requests for now.</summary>
    RateLimitExceeded,

    /// <summary>The caller has used up its tokens for now.</summary>
    TokenLimitExceeded,
}
