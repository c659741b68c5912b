using System.Diagnostics;
using OpenTelemetry.Trace;

namespace ElasticSynapse.Serving.Hosting.Tracing;

/// <summary>Lets traces begin with requests only: probes, scrapes and what a service asks by itself would bury them.</summary>
internal sealed class RequestSampler(Sampler inner) : Sampler
{
    private static readonly SamplingResult Nothing = new(SamplingDecision.Drop);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.ParentContext.TraceId == default && (samplingParameters.Kind != ActivityKind.Server || IsOperators(samplingParameters))
            ? Nothing
            : inner.ShouldSample(samplingParameters);

    private static bool IsOperators(in SamplingParameters parameters)
    {
        foreach (var (name, value) in parameters.Tags ?? [])
        {
            if (name == "url.path")
            {
                return value is "/livez" or "/readyz" or "/metrics" or "/catalogue";
            }
        }
        return false;
    }
}
