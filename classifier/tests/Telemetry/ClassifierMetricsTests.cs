using System.Globalization;
using System.Text.Json;

namespace ElasticSynapse.Classifier.Tests.Telemetry;

public sealed class ClassifierMetricsTests
{
    [Fact]
    public async Task Metrics_AfterTexts_CountTextsTokensFlagsAndRuns()
    {
        // Other servers of this test run share the meter's name and so the series; this test reads differences of its own kind.
        using var server = ClassifierServer.Start([]);
        var before = await ScrapeAsync(server);

        await server.AnswerAsync("/classify", new { texts = new[] { "Hello world", "", string.Concat(Enumerable.Repeat("Hello ", 1000)) } });

        var after = await ScrapeAsync(server);
        Assert.True(Grew("elastic_synapse_classifier_texts_total") >= 3);
        Assert.True(Grew("elastic_synapse_classifier_truncated_texts_total") >= 1);
        Assert.True(Grew("elastic_synapse_classifier_tokens_total") >= 8 + 2 + 128);
        Assert.True(Grew("elastic_synapse_classifier_flagged_total{label=\"toxic\"}") >= 2);
        Assert.True(Grew("elastic_synapse_classifier_inference_duration_seconds_count") >= 3);
        Assert.Contains("elastic_synapse_classifier_queue_texts", after.Keys);
        Assert.All(
            after.Keys.Where(series => series.StartsWith("elastic_synapse_classifier_flagged_total", StringComparison.Ordinal)),
            series => Assert.Contains(Golden.Labels, label => series.EndsWith($"{{label=\"{label}\"}}", StringComparison.Ordinal)));

        double Grew(string series) => after[series] - before.GetValueOrDefault(series);
    }

    [Fact]
    public async Task Metrics_AfterRequestsOfEveryApi_CountAsTextEmbeddingsInferenceDoes()
    {
        using var server = ClassifierServer.Start([]);
        var before = await ScrapeAsync(server);

        await server.AnswerAsync("/classify", new { text = "Hello world" });
        await server.AnswerAsync("/predict", new { inputs = "Hello world" });
        await server.AnswerAsync("/v1/models/toxicity:predict", new { instances = new[] { "Hello world" } });
        using (await server.PostAsync("/predict", "{}"))
        using (await server.PostAsync("/predict", JsonSerializer.Serialize(new { inputs = string.Concat(Enumerable.Repeat("a ", 1000)), truncate = false })))
        {
        }

        var after = await ScrapeAsync(server);
        Assert.True(Grew("te_request_count") >= 5);
        Assert.True(Grew("te_request_success") >= 3);
        Assert.True(Grew("te_request_failure{err=\"validation\"}") >= 1);
        Assert.True(Grew("te_request_failure{err=\"tokenization\"}") >= 1);
        foreach (var histogram in new[]
        {
            "te_request_duration", "te_request_tokenization_duration", "te_request_queue_duration", "te_request_inference_duration",
            "te_request_input_length", "te_batch_next_size", "te_batch_next_tokens",
        })
        {
            Assert.True(Grew(histogram + "_count") >= 3, histogram);
        }
        Assert.Contains("te_queue_size", after.Keys);
        // toxic is 0.949, identity_hate 0.180.
        Assert.True(Grew("elastic_synapse_classifier_score_bucket{label=\"toxic\",le=\"0.95\"}") >= 3);
        Assert.True(Grew("elastic_synapse_classifier_score_bucket{label=\"identity_hate\",le=\"0.2\"}") >= 3);

        double Grew(string series) => after[series] - before.GetValueOrDefault(series);
    }

    [Fact]
    public async Task Metrics_SameTextTwice_CountsAHitAndRunsItOnce()
    {
        using var server = ClassifierServer.Start(new() { ["Classification:CacheBytes"] = "100000" });
        var before = await ScrapeAsync(server);

        var first = await server.AnswerAsync("/classify", new { text = "a text of this test alone" });
        var second = await server.AnswerAsync("/classify", new { text = "a text of this test alone" });

        Assert.Equal(first.GetRawText(), second.GetRawText());
        var after = await ScrapeAsync(server);
        Assert.True(after["elastic_synapse_classifier_cache_hits_total"] - before.GetValueOrDefault("elastic_synapse_classifier_cache_hits_total") >= 1);
        Assert.True(after["elastic_synapse_classifier_cache_misses_total"] - before.GetValueOrDefault("elastic_synapse_classifier_cache_misses_total") >= 1);
        Assert.True(after["elastic_synapse_classifier_cache_bytes"] > 0);
    }

    private static async Task<Dictionary<string, double>> ScrapeAsync(ClassifierServer server)
    {
        var text = await server.Http.GetStringAsync("/metrics");
        return text.Split('\n')
            .Where(line => line.StartsWith("elastic_synapse_classifier_", StringComparison.Ordinal) || line.StartsWith("te_", StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .ToDictionary(line => line[0], line => double.Parse(line[1], CultureInfo.InvariantCulture));
    }
}
