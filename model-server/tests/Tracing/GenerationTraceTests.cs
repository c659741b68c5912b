using System.Diagnostics;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Tracing;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Hosting.Tracing;

namespace ElasticSynapse.ModelServer.Tests.Tracing;

public sealed class GenerationTraceTests : IDisposable
{
    private static readonly GenerationSettings Settings = new()
    {
        Prompt = new Prompt("The \"river\"", [1, 2, 3]), MaxTokens = 4, Sampling = new SamplingParameters(), Choices = 2,
    };

    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == "ElasticSynapse.ModelServer",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    public GenerationTraceTests() => ActivitySource.AddActivityListener(_listener);

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData(false, null, null)]
    [InlineData(true,
        """[{"role":"user","parts":[{"type":"text","content":"The \u0022river\u0022"}]}]""",
        """[{"role":"assistant","parts":[{"type":"text","content":" rose"}]},{"role":"assistant","parts":[{"type":"text","content":" fell fast"}]}]""")]
    public void Dispose_TextsCapturedOrNot_SpanHoldsThemOnlyWhenAskedTo(bool capturesContent, string? input, string? output)
    {
        Activity span;
        using (var trace = GenerationTrace.Start(new ModelIdentity("gpt2", "1_v1"), [Settings], new TracingOptions { CaptureContent = capturesContent })!)
        {
            span = trace.Span;
            trace.Add(1, new GeneratedPiece(" fell", 1, null, []));
            trace.Add(0, new GeneratedPiece(" rose", 1, FinishReason.Length, []));
            trace.Add(1, new GeneratedPiece(" fast", 2, FinishReason.Length, []));
        }

        Assert.Equal((input, output), ((string?)span.GetTagItem("gen_ai.input.messages"), (string?)span.GetTagItem("gen_ai.output.messages")));
        Assert.Equal(["length", "length"], (string[])span.GetTagItem("gen_ai.response.finish_reasons")!);
        Assert.Equal(3, span.GetTagItem("gen_ai.usage.input_tokens"));
    }
}
