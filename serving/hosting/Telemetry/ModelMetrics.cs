using System.Diagnostics.Metrics;
using ElasticSynapse.Serving.Hosting.Model;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>Says which model a service runs, for queries that put its version beside any other number.</summary>
public static class ModelMetrics
{
    /// <param name="factory">Of the service.</param>
    /// <param name="model">What it serves.</param>
    /// <param name="precision">What it computes in, as the configuration spells it.</param>
    /// <param name="device">Where: <c>cpu</c>, <c>cuda:0</c>.</param>
    /// <param name="isFallback">Whether that is not the CUDA device that the build is for.</param>
    /// <param name="loading">Time from a folder or an address to a model that answers.</param>
    public static void AddModelMetrics(this IMeterFactory factory, ModelIdentity model, string precision, string device, bool isFallback, TimeSpan loading)
    {
        var meter = factory.Create("ElasticSynapse.Model");
        KeyValuePair<string, object?>[] labels = [new("model", model.Name), new("version", model.Version), new("precision", precision), new("device", device)];
        meter.CreateObservableGauge("elastic_synapse.model.info", () => new Measurement<int>(1, labels), null, "The model that runs here: always 1, the labels say it.");
        meter.CreateObservableGauge("elastic_synapse.model.device_fallback", () => isFallback ? 1 : 0, null, "1 where the model runs on the CPU because CUDA, which this build is for, can't be had; else 0.");
        meter.CreateObservableGauge("elastic_synapse.model.load_duration", () => loading.TotalSeconds, "s", "Time that fetching, reading and trying out the model took.");
    }
}
