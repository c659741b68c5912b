using System.Diagnostics;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Retries;

namespace ElasticSynapse.Gateway.Telemetry;

/// <summary>The gateway's own spans, within ASP.NET Core's of the request and around HttpClient's of each try. Null, and free, while
/// nobody traces.</summary>
internal static class GatewaySpans
{
    private const string Model = "gen_ai.request.model";
    private const string Version = "elastic_synapse.version";

    private static readonly ActivitySource Source = new("ElasticSynapse.Gateway");

    /// <summary>A request waits for its turn at its model.</summary>
    public static Activity? Queue(VersionPool version) => Source.StartActivity("queue")?.SetTag(Model, version.Model.Name);

    /// <summary>A try on a replica.</summary>
    /// <param name="tries">Those before this one.</param>
    public static Activity? Try(RequestTries tries, Replica replica)
    {
        var span = Source.StartActivity("try");
        if (span is not null)
        {
            span.SetTag(Model, tries.Version.Model.Name).SetTag(Version, tries.Version.Version).SetTag("elastic_synapse.replica", replica.Address.Name);
            if (tries.Count > 0)
            {
                span.SetTag("http.request.resend_count", tries.Count).SetTag("elastic_synapse.retry.reason", GatewayMetrics.Word(tries.Failure));
            }
        }
        return span;
    }

    public static void End(Activity? span, TryFailure failure)
    {
        if (span is not null && failure != TryFailure.None)
        {
            span.SetTag("error.type", GatewayMetrics.Word(failure)).SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>Says on the request's span what the stages found out.</summary>
    public static void Describe(Activity? span, HttpContext context, GatewayRequest request, string outcome)
    {
        if (span is not { Recorded: true })
        {
            return;
        }
        span.SetTag("elastic_synapse.outcome", outcome);
        if (request is { Target: { } target })
        {
            var route = RouteName.Of(target.Path);
            span.DisplayName = $"{context.Request.Method} {route}";
            span.SetTag("http.route", route);
        }
        if (request is { Version: { } version })
        {
            span.SetTag(Model, version.Model.Name).SetTag(Version, version.Version);
        }
    }
}
