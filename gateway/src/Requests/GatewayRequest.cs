using ElasticSynapse.Gateway.Admission;
using ElasticSynapse.Gateway.Callers;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Gateway.Telemetry;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>A request on its way through the gateway: each stage adds what it has found out.</summary>
/// <param name="clock">Runs since its arrival.</param>
/// <param name="caller">Whose it is; null where nobody is asked for a key.</param>
internal sealed class GatewayRequest(RequestClock clock, Caller? caller)
{
    private bool _isCounted;
    private ModelGate? _turn;
    private string _turnOf = "";

    public RequestClock Clock { get; } = clock;

    public Caller? Caller { get; } = caller;

    /// <summary>What the path asks for, once it is read.</summary>
    public RequestTarget Target { get; private set; } = null!;

    public RequestDeadline Deadline { get; private set; }

    public ReadOnlyMemory<byte> Body { get; set; }

    public BodyFacts Facts { get; private set; }

    /// <summary>The model that is asked, once it is found.</summary>
    public ModelPool Model { get; set; } = null!;

    /// <summary>Whether the request insists on a version.</summary>
    public bool IsPinned { get; set; }

    /// <summary>The version that answers, once it is chosen.</summary>
    public VersionPool Version { get; set; } = null!;

    /// <summary>What became of it at the replicas, once it is sent to one.</summary>
    public RequestTries Tries { get; set; } = null!;

    /// <summary>Whether its caller's limits apply to it, and the answer says what is left of them.</summary>
    public bool IsLimited { get; set; }

    /// <summary>The status that the answer would have had, where its stream had begun before anyone knew.</summary>
    public int? StatusAfterBeginning { get; set; }

    /// <summary>What the request may cost, in tokens: a quarter of the body's bytes, and what a generator is asked to write.</summary>
    public long Tokens => (Body.Length / 4) + Facts.MaxTokens;

    public static GatewayRequest Of(HttpContext context) =>
        context.Features.Get<GatewayRequest>() ?? throw new InvalidOperationException("this request has not come by the stages");

    public void Read(RequestTarget target, RequestDeadline deadline, ReadOnlyMemory<byte> body, in BodyFacts facts) =>
        (Target, Deadline, Body, Facts) = (target, deadline, body, facts);

    /// <summary>Its caller has it among those that run at a time.</summary>
    public void Counted() => _isCounted = true;

    /// <summary>It has its turn at the model.</summary>
    /// <param name="caller">Whose turn it was.</param>
    public void HasTurn(ModelGate gate, string caller) => (_turn, _turnOf) = (gate, caller);

    /// <summary>Gives back what it holds.</summary>
    public void End()
    {
        _turn?.Leave(_turnOf);
        if (_isCounted)
        {
            Caller?.End();
        }
    }
}
