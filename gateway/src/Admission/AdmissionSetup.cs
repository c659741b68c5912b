using System.Diagnostics.Metrics;
using ElasticSynapse.Serving.Hosting.Configuration;

namespace ElasticSynapse.Gateway.Admission;

/// <summary>The bounds of each model.</summary>
internal static class AdmissionSetup
{
    public static void AddAdmission(this IServiceCollection services, OptionsReader options)
    {
        services.AddSingleton(options.Read<AdmissionOptions>("Admission"));
        services.AddSingleton<ModelGates>();
    }

    public static void ObserveAdmission(this IServiceProvider services)
    {
        var gates = services.GetRequiredService<ModelGates>();
        services.GetRequiredService<GatewayMetrics>().ObserveAdmission(
            () => gates.All.Select(gate => new Measurement<int>(gate.Value.Running, new KeyValuePair<string, object?>("model", gate.Key))),
            () => gates.All.Select(gate => new Measurement<int>(gate.Value.Queued, new KeyValuePair<string, object?>("model", gate.Key))));
    }
}
