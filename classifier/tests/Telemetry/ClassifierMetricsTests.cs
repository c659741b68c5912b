using System.Globalization;

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

    private static async Task<Dictionary<string, double>> ScrapeAsync(ClassifierServer server)
    {
        var text = await server.Http.GetStringAsync("/metrics");
        return text.Split('\n')
            .Where(line => line.StartsWith("elastic_synapse_classifier_", StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .ToDictionary(line => line[0], line => double.Parse(line[1], CultureInfo.InvariantCulture));
    }
}
