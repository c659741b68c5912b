using System.Globalization;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Health;

/// <summary>Finds a replica's load in the Prometheus text of its /metrics.</summary>
internal static class LoadReport
{
    // The generator's speak as vLLM's do; the classifier's are its own.
    private static readonly string[] RequestGauges = ["vllm:num_requests_running", "vllm:num_requests_waiting", "elastic_synapse_classifier_queue_texts"];

    private const string CacheGauge = "vllm:kv_cache_usage_perc";

    public static ReplicaReport? Read(string prometheusText, long takenAt)
    {
        double? requests = null;
        var cacheUse = 0.0;
        foreach (var line in prometheusText.AsSpan().EnumerateLines())
        {
            var nameEnd = line.IndexOfAny('{', ' ');
            var valueAt = line.LastIndexOf(' ');
            if (nameEnd <= 0 || line[0] == '#'
                || !double.TryParse(line[(valueAt + 1)..], CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            {
                continue;
            }
            if (IsOneOf(RequestGauges, line[..nameEnd]))
            {
                requests = (requests ?? 0) + Math.Max(0, value);
            }
            else if (line[..nameEnd].SequenceEqual(CacheGauge))
            {
                cacheUse = Math.Clamp(value, 0, 1);
            }
        }
        return requests is { } known ? new ReplicaReport(known, cacheUse, takenAt) : null;
    }

    private static bool IsOneOf(string[] names, ReadOnlySpan<char> name)
    {
        foreach (var known in names)
        {
            if (name.SequenceEqual(known))
            {
                return true;
            }
        }
        return false;
    }
}
