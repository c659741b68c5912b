using ElasticSynapse.Gateway.Admission;
using ElasticSynapse.Gateway.Callers;
using ElasticSynapse.Gateway.Catalogue;
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
    private int _queryLength;
    private long _charged;
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

    /// <summary>What its prompt may cost, in tokens: a quarter of its bytes.</summary>
    public long PromptTokens => (Body.Length + _queryLength) / 4;

    /// <summary>What the request may cost, in tokens: its prompt, and the most that a generator may write.</summary>
    public long Tokens => PromptTokens + (Version.Model.Kind == ModelKind.Generator ? Facts.Asked.Tokens(Target.Path, PromptTokens) : 0);

    public static GatewayRequest Of(HttpContext context) =>
        context.Features.Get<GatewayRequest>() ?? throw new InvalidOperationException("this request has not come by the stages");

    public void Read(RequestTarget target, RequestDeadline deadline, ReadOnlyMemory<byte> body, in BodyFacts facts) =>
        (Target, Deadline, Body, Facts) = (target, deadline, body, facts);

    /// <summary>gpt-2-cloud-run's fields may stand in the query instead.</summary>
    public void Read(QueryString query, AskedText asked) => (_queryLength, Facts) = (query.Value?.Length ?? 0, Facts with { Asked = asked });

    /// <summary>Its caller's limit has been charged.</summary>
    public void Charged(long tokens) => _charged = tokens;

    /// <summary>What it really used is known.</summary>
    public void Used(long tokens)
    {
        if (_charged > 0)
        {
            Caller!.Tokens!.Return(_charged - tokens);
            _charged = tokens;
        }
    }

    /// <summary>It comes to nothing: its caller's limit is as it was.</summary>
    public void GiveBackTokens() => Used(0);

    /// <summary>Whether anyone asks what it really used.</summary>
    public bool IsCharged => _charged > 0;

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
