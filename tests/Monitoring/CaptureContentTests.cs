using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>What a receiver of traces gets to read of texts, where it is asked for; <see cref="TraceTests"/> has the default.</summary>
public sealed class CaptureContentTests
{
    private const string Text = "the ferryman's secret";

    [Theory]
    [InlineData("model-server", "ModelServer", "demo-gpt2", "/v1/completions", "gen_ai.input.messages", "gen_ai.output.messages")]
    [InlineData("classifier", "Classifier", "demo-bert", "/classify", "elastic_synapse.texts.content")]
    public async Task CaptureContent_On_SpansHoldWhatWasSentAndAnswered(string folder, string name, string model, string path, params string[] attributes)
    {
        using var receiver = new OtlpReceiver();
        using var service = ServiceProcess.Start(
            Path.Combine(RepositoryFiles.Root, folder, "src", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", $"ElasticSynapse.{name}.dll"),
            new()
            {
                ["Model__Uri"] = Path.Combine(RepositoryFiles.Root, "models", model),
                ["Tracing__CaptureContent"] = "true",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            });
        var http = await service.ReadyAsync();
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(new { prompt = Text, text = Text, max_tokens = 4, ignore_eos = true }, new MediaTypeHeaderValue("application/json")),
            Headers = { { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01" } },
        };
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();

        ReceivedSpan? span = null;
        await Eventually.HoldsAsync(
            () => Task.FromResult((span = receiver.Of(trace).SingleOrDefault(one => attributes.All(one.Attributes.ContainsKey))) is not null),
            () => $"these came: {string.Join(", ", receiver.Of(trace).Select(one => one.Name))}");

        Assert.Equal(Text, attributes[0] == "elastic_synapse.texts.content" ? span!.Attributes[attributes[0]] : Content(span!.Attributes[attributes[0]]));
        Assert.All(attributes[1..], output => Assert.NotEmpty(Content(span!.Attributes[output])));
    }

    // As OpenTelemetry writes messages: an array of roles with their parts.
    private static string Content(string messages) => System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(messages)[0]
        .GetProperty("parts")[0].GetProperty("content").GetString()!;
}
