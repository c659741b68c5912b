using System.Diagnostics.Metrics;
using ElasticSynapse.Serving.Hosting.Model;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>Says which model a service runs, for queries that put its version beside any other number.</summary>
public static class ModelMetrics
{
    /// <param name="factory">Of the service.</param>
    /// <param name="model">What it serves.</param>
    /// <param name="precision">What it computes in, as the configuration spells it.</param>
    /// <param name="device">Where: <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="loading">Time from a folder or an address to a model that answers.</param>
    public static void AddModelMetrics(this IMeterFactory factory, ModelIdentity model, string precision, string device, TimeSpan loading)
    {
        var meter = factory.Create("ElasticSynapse.Model");
        KeyValuePair<string, object?>[] labels = [new("model", model.Name), new("version", model.Version), new("precision", precision), new("device", device)];
        meter.CreateObservableGauge("elastic_synapse.model.info", () => new Measurement<int>(1, labels), null, "The model that runs here: always 1, the labels say it.");
        meter.CreateObservableGauge("elastic_synapse.model.load_duration", () => loading.TotalSeconds, "s", "Time that fetching, reading and trying out the model took.");
    }
}
