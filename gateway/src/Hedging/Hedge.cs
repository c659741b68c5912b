using ElasticSynapse.Gateway.Forwarding;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Retries;

namespace ElasticSynapse.Gateway.Hedging;

/// <summary>A try that may be sent to a second replica.</summary>
/// <param name="request">What is asked.</param>
/// <param name="tries">Whose last try it is.</param>
/// <param name="query">Of the request.</param>
/// <param name="delay">When the first replica counts as slow.</param>
internal sealed class Hedge(GatewayRequest request, RequestTries tries, QueryString query, TimeSpan delay)
{
    public static readonly HttpRequestOptionsKey<Hedge> Key = new("hedge");

    // Each call has its own, which the connection adds.
    private static readonly string[] TraceContext = ["traceparent", "tracestate", "baggage", "Request-Id", "Correlation-Context"];

    public TimeSpan Delay { get; } = delay;

    public VersionPool Version => tries.Version;

    public long Tokens => request.Tokens;

    /// <summary>A replica that this request has not been to, and that is likely to answer.</summary>
    public Replica? Another(ReplicaChoice choice) =>
        choice.Choose(Version.Replicas, [.. tries.Tried, tries.Replica], affinity: null) is { IsAvailable: true } other && other != tries.Replica && !tries.Tried.Contains(other)
            ? other
            : null;

    /// <summary>The same request, for another replica.</summary>
    public HttpRequestMessage For(Replica other, HttpRequestMessage first)
    {
        var second = new HttpRequestMessage(first.Method, ReplicaUri.Of(other, request.Target, Version.Version, query))
        {
            Version = first.Version,
            VersionPolicy = first.VersionPolicy,
            Content = request.Body.IsEmpty ? null : new ReadOnlyMemoryContent(request.Body),
        };
        foreach (var (name, values) in first.Headers.NonValidated.Where(header => !TraceContext.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            second.Headers.TryAddWithoutValidation(name, values);
        }
        foreach (var (name, values) in first.Content?.Headers.NonValidated ?? default)
        {
            second.Content?.Headers.TryAddWithoutValidation(name, values);
        }
        return second;
    }

    /// <summary>The second replica's answer is the one that counts.</summary>
    public void Won(Replica other) => tries.AnsweredBy(other);
}
