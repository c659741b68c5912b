using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Admission;

/// <summary>A request that may not wait any longer, or not at all.</summary>
/// <param name="reason">Which bound, as the header and the metric name it.</param>
/// <param name="error">What the caller reads.</param>
internal sealed class AdmissionException(string reason, ApiException error) : Exception(error.Message)
{
    public string Reason { get; } = reason;

    public ApiException Error { get; } = error;
}
