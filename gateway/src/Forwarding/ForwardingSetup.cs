using ElasticSynapse.Gateway.Admission;
using ElasticSynapse.Gateway.Callers;
using ElasticSynapse.Gateway.ColdStarts;
using ElasticSynapse.Gateway.Hedging;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Gateway.Shadows;
using ElasticSynapse.Gateway.Telemetry;
using ElasticSynapse.Gateway.Versions;
using ElasticSynapse.Serving.Hosting.Configuration;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>The stages that a request passes, and the proxy at their end.</summary>
internal static class ForwardingSetup
{
    public static void AddForwarding(this WebApplicationBuilder builder, OptionsReader options)
    {
        // Two lines a request at Information; RequestLog has one.
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<ForwarderCounters>();
        builder.Services.AddSingleton(options.Read<RetryOptions>("Retries"));
        builder.Services.AddSingleton(options.Read<DeadlineOptions>("Deadlines"));
        builder.Services.AddSingleton(options.Read<StreamingOptions>("Streaming"));
        builder.Services.AddSingleton(options.Read<ShadowOptions>("Shadow"));
        builder.Services.AddSingleton<RetryBudget>();
        builder.Services.AddSingleton<ShadowCopies>();
        builder.Services.AddSingleton<GatewayTransformer>();
        var hedging = options.Read<HedgingOptions>("Hedging");
        builder.Services.AddSingleton(hedging);
        builder.Services.AddSingleton<ResilienceEvents>();
        builder.Services.AddSingleton(services => hedging.Enabled
            ? new HttpMessageInvoker(ActivatorUtilities.CreateInstance<HedgingHandler>(services, new UpstreamConnections().Create()))
            : new UpstreamConnections().Create());
        builder.Services.AddSingleton<ForwardingStage>();
    }

    /// <summary>Every path that nothing else has.</summary>
    public static void MapForwarding(this WebApplication app)
    {
        var stages = ((IEndpointRouteBuilder)app).CreateApplicationBuilder();
        stages.UseMiddleware<CountedRequests>();  // time and outcome
        stages.UseMiddleware<RequestReading>();   // path and body
        stages.UseMiddleware<VersionRouting>();   // model and version
        stages.UseMiddleware<CallerLimits>();     // what this caller may use
        if (app.Services.GetService<ScaleUps>() is not null)
        {
            stages.UseMiddleware<ColdStartStage>();   // a first replica
        }
        stages.UseMiddleware<AdmissionStage>();   // its turn at the model
        app.Services.GetRequiredService<ForwarderCounters>();     // begins to listen
        var forwarding = app.Services.GetRequiredService<ForwardingStage>();
        stages.Run(forwarding.InvokeAsync);       // replica, tries
        app.Map("/{**path}", stages.Build());
    }
}
