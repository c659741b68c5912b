namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>The API server refused.</summary>
/// <param name="status">Its HTTP status.</param>
/// <param name="message">With what to do about it, where that is known.</param>
internal sealed class KubernetesException(int status, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    public int Status { get; } = status;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>The resource version is too old: everything has to be listed again.</summary>
    public bool IsGone => Status == StatusCodes.Status410Gone;
}
