using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>A caller's trace through all three services, as an OTLP receiver gets it.</summary>
[Collection(MonitoredStackCollection.Name)]
public class TraceTests(MonitoredStack stack) : IClassFixture<MonitoredStack>
{
    private const string Secret = "the ferryman's secret";

    [Fact]
    public async Task Trace_OfACaller_GoesThroughAllThreeServices()
    {
        var (trace, caller) = (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());
        await PostAsync("/v1/completions", new { model = "demo-gpt2@2_v1.1", prompt = Secret, max_tokens = 4, temperature = 0.5, ignore_eos = true }, trace, caller);
        await PostAsync("/classify", new { text = Secret }, trace, caller);

        string[] expected =
        [
            "gateway: POST /v1/completions > queue", "gateway: POST /v1/completions > try > POST",
            "model-server: POST /v1/completions > text_completion demo-gpt2 > queue",
            "model-server: POST /v1/completions > text_completion demo-gpt2 > prefill",
            "model-server: POST /v1/completions > text_completion demo-gpt2 > decode",
            "gateway: POST /classify > queue", "gateway: POST /classify > try > POST",
            "classifier: POST /classify > classify demo-bert > tokenize",
            "classifier: POST /classify > classify demo-bert > queue",
            "classifier: POST /classify > classify demo-bert > inference",
        ];
        await Eventually.HoldsAsync(
            () => Task.FromResult(expected.Except(Leaves(trace)).Any() is false),
            () => "these came:\n" + string.Join('\n', Leaves(trace)));
        Assert.Equal(expected.Order(StringComparer.Ordinal), Leaves(trace).Order(StringComparer.Ordinal));

        var spans = stack.Traces.Of(trace);
        Assert.All(spans.Where(span => span.Service == "gateway" && span.Name.StartsWith("POST /", StringComparison.Ordinal)), span => Assert.Equal(caller, span.ParentId));
        // What the gateway's call is to the service: the other end of it.
        Assert.All(
            spans.Where(span => span.Service != "gateway" && span.Name.StartsWith("POST /", StringComparison.Ordinal)),
            server => Assert.Equal("POST", spans.Single(span => span.Id == server.ParentId).Name));
        var generation = spans.Single(span => span.Name == "text_completion demo-gpt2").Attributes;
        Assert.Equal("text_completion", generation["gen_ai.operation.name"]);
        Assert.Equal("demo-gpt2", generation["gen_ai.request.model"]);
        Assert.Equal("demo-gpt2@2_v1.1", generation["gen_ai.response.model"]);
        Assert.Equal("4", generation["gen_ai.request.max_tokens"]);
        Assert.Equal("0.5", generation["gen_ai.request.temperature"]);
        Assert.Equal("4", generation["gen_ai.usage.output_tokens"]);
        Assert.Equal("length", generation["gen_ai.response.finish_reasons"]);
        Assert.Equal("2_v1.1", spans.First(span => span.Name == "try").Attributes["elastic_synapse.version"]);
        Assert.All(spans.SelectMany(span => span.Attributes.Values), value => Assert.DoesNotContain(Secret, value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Trace_OfARetriedRequest_HasASpanForEachTry()
    {
        string trace;
        ReceivedSpan[] tries = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                // One of stable's two replicas answers 503; which is asked first is drawn.
                trace = ActivityTraceId.CreateRandom().ToHexString();
                await PostAsync("/v1/completions", new { model = "demo-gpt2@1_v1.0", prompt = "The boat", max_tokens = 1 }, trace, ActivitySpanId.CreateRandom().ToHexString());
                await Eventually.HoldsAsync(() => Task.FromResult(Leaves(trace).Any(leaf => leaf.EndsWith("decode", StringComparison.Ordinal))), () => "no decode span");
                tries = [.. stack.Traces.Of(trace).Where(span => span.Name == "try")];
                return tries.Length == 2;
            },
            () => "no request was tried twice");
        var first = tries.Single(span => span.Attributes.ContainsKey("error.type"));
        var second = tries.Single(span => span != first);
        Assert.Equal("unavailable", first.Attributes["error.type"]);
        Assert.Equal("1", second.Attributes["http.request.resend_count"]);
        Assert.Equal("unavailable", second.Attributes["elastic_synapse.retry.reason"]);
    }

    [Fact]
    public async Task Exemplar_OfATracedRequest_IsFoundInPrometheus()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        await PostAsync("/classify", new { text = "A lovely day." }, trace, ActivitySpanId.CreateRandom().ToHexString());

        string[] found = [];
        await Eventually.HoldsAsync(
            async () => (found = await stack.Prometheus.ExemplarTracesAsync("elastic_synapse_gateway_requests_total{route=\"/classify\"}")).Contains(trace),
            () => $"{trace} is not among {string.Join(", ", found)}");
    }

    private async Task PostAsync(string path, object body, string trace, string parent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("traceparent", $"00-{trace}-{parent}-01");
        using var answer = await stack.Gateway.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    // Each span that no other of its service has as parent, with the way to it.
    private string[] Leaves(string trace)
    {
        var spans = stack.Traces.Of(trace);
        return [.. spans.Where(span => !spans.Any(other => other.ParentId == span.Id && other.Service == span.Service))
            .Select(leaf => $"{leaf.Service}: {string.Join(" > ", Way(leaf).Reverse())}")];

        IEnumerable<string> Way(ReceivedSpan leaf)
        {
            for (var span = leaf; span is not null && span.Service == leaf.Service; span = spans.FirstOrDefault(other => other.Id == span.ParentId))
            {
                yield return span.Name;
            }
        }
    }
}
