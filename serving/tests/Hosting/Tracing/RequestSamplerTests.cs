using System.Diagnostics;
using ElasticSynapse.Serving.Hosting.Tracing;
using OpenTelemetry.Trace;

namespace ElasticSynapse.Serving.Tests.Hosting.Tracing;

public sealed class RequestSamplerTests
{
    private static readonly ActivityContext Sampled = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
    private static readonly ActivityContext NotSampled = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None, isRemote: true);

    [Theory]
    [InlineData("/v1/completions", SamplingDecision.RecordAndSample)]
    [InlineData("/metrics/x", SamplingDecision.RecordAndSample)]
    [InlineData("/livez", SamplingDecision.Drop)]
    [InlineData("/readyz", SamplingDecision.Drop)]
    [InlineData("/metrics", SamplingDecision.Drop)]
    [InlineData("/catalogue", SamplingDecision.Drop)]
    public void ShouldSample_RequestWithoutATrace_BeginsOneUnlessItIsAProbe(string path, SamplingDecision expected) =>
        Assert.Equal(expected, Decide("parentbased_always_on", default, ActivityKind.Server, path));

    [Theory]
    [InlineData(ActivityKind.Client)]
    [InlineData(ActivityKind.Internal)]
    public void ShouldSample_CallOfTheServiceItself_BeginsNoTrace(ActivityKind kind) =>
        Assert.Equal(SamplingDecision.Drop, Decide("always_on", default, kind));

    [Theory]
    [InlineData("always_on", null, true, true)]
    [InlineData("always_off", null, false, false)]
    [InlineData("traceidratio", "1", true, true)]
    [InlineData("traceidratio", "0", false, false)]
    [InlineData("parentbased_always_on", null, true, false)]
    [InlineData("parentbased_always_off", null, true, false)]
    [InlineData("parentbased_traceidratio", "0", true, false)]
    [InlineData("PARENTBASED_TRACEIDRATIO", "0.5", true, false)]
    public void ShouldSample_RequestWithinATrace_IsDecidedByTheStandardsSampler(string sampler, string? ratio, bool ofSampled, bool ofNotSampled)
    {
        Assert.Equal(ofSampled, Decide(sampler, Sampled, ActivityKind.Client, ratio: ratio) == SamplingDecision.RecordAndSample);
        Assert.Equal(ofNotSampled, Decide(sampler, NotSampled, ActivityKind.Client, ratio: ratio) == SamplingDecision.RecordAndSample);
    }

    private static SamplingDecision Decide(string sampler, ActivityContext parent, ActivityKind kind, string path = "/v1/completions", string? ratio = null)
    {
        var id = parent.TraceId == default ? ActivityTraceId.CreateRandom() : parent.TraceId;
        return new RequestSampler(TraceSamplers.Of(sampler, ratio))
            .ShouldSample(new SamplingParameters(parent, id, "name", kind, [new("url.path", path)])).Decision;
    }
}
