using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>What Prometheus' own clients tell of a process, under their names, for the dashboards and alerts that every cluster has.</summary>
/// <remarks>prometheus.io, "Writing client libraries", Process metrics.</remarks>
internal static class ProcessMetrics
{
    public static void AddProcessMetrics(this IMeterFactory factory)
    {
        var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        var meter = factory.Create(PrometheusName.VerbatimMeter + "process_");
        meter.CreateObservableGauge("start_time_seconds", () => started, "s", "When the process started, in seconds since 1970.");
        meter.CreateObservableGauge("resident_memory_bytes", () => Environment.WorkingSet, "By", "Memory that the process holds: weights, caches and all.");
        meter.CreateObservableCounter("cpu_seconds_total", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time used, of the system and our own.");
    }
}
