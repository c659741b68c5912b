using System.Diagnostics.Metrics;
using ElasticSynapse.Gateway.Configuration;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Serving.Hosting.Configuration;

namespace ElasticSynapse.Gateway.Admission;

/// <summary>The bounds of each model.</summary>
internal static class AdmissionSetup
{
    public static void AddAdmission(this WebApplicationBuilder builder, OptionsReader options, DeadlineOptions deadlines)
    {
        var admission = options.Read<AdmissionOptions>("Admission");
        options.RefuseAbove(
            builder.Configuration, ("Admission__MaxRunningPerCaller", admission.MaxRunningPerCaller), ("Admission__MaxRunning", admission.MaxRunning));
        options.RefuseAbove(
            builder.Configuration, ("Admission__MaxQueuedPerCaller", admission.MaxQueuedPerCaller), ("Admission__MaxQueued", admission.MaxQueued));
        options.RefuseAbove(builder.Configuration, ("Admission__MaxWait", admission.MaxWait), ("Deadlines__Request", deadlines.Request));
        builder.Services.AddSingleton(admission);
        builder.Services.AddSingleton<ModelGates>();
    }

    public static void ObserveAdmission(this IServiceProvider services)
    {
        var gates = services.GetRequiredService<ModelGates>();
        services.GetRequiredService<GatewayMetrics>().ObserveAdmission(
            () => gates.All.Select(gate => new Measurement<int>(gate.Value.Running, new KeyValuePair<string, object?>("model", gate.Key))),
            () => gates.All.Select(gate => new Measurement<int>(gate.Value.Queued, new KeyValuePair<string, object?>("model", gate.Key))));
    }
}
