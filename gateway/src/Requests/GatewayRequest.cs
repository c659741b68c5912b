using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Retries;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>A request on its way through the gateway: each stage adds what it has found out.</summary>
internal sealed class GatewayRequest(RequestTarget target, RequestDeadline deadline, ReadOnlyMemory<byte> body, BodyFacts facts)
{
    public RequestDeadline Deadline { get; } = deadline;

    public RequestTarget Target { get; } = target;

    public ReadOnlyMemory<byte> Body { get; set; } = body;

    public BodyFacts Facts { get; } = facts;

    /// <summary>The model that is asked, once it is found.</summary>
    public ModelPool Model { get; set; } = null!;

    /// <summary>Whether the request insists on a version.</summary>
    public bool IsPinned { get; set; }

    /// <summary>The version that answers, once it is chosen.</summary>
    public VersionPool Version { get; set; } = null!;

    /// <summary>The status that the answer would have had, where its stream had begun before anyone knew.</summary>
    public int? StatusAfterBeginning { get; set; }

    /// <summary>What the request may cost, in tokens: a quarter of the body's bytes, and what a generator is asked to write.</summary>
    public long Tokens => (Body.Length / 4) + Facts.MaxTokens;

    public static GatewayRequest Of(HttpContext context) =>
        context.Features.Get<GatewayRequest>() ?? throw new InvalidOperationException("no stage has read this request");
}
