using ElasticSynapse.Gateway.Admission;
using ElasticSynapse.Gateway.Callers;
using ElasticSynapse.Gateway.ColdStarts;
using ElasticSynapse.Gateway.Configuration;
using ElasticSynapse.Gateway.Hedging;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Gateway.Shadows;
using ElasticSynapse.Gateway.Telemetry;
using ElasticSynapse.Gateway.Versions;
using ElasticSynapse.Serving.Hosting;
using ElasticSynapse.Serving.Hosting.Configuration;
using ElasticSynapse.Serving.Hosting.Tracing;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>The stages that a request passes, and the proxy at their end.</summary>
internal static class ForwardingSetup
{
    /// <summary>How long a request may take, which bounds what else a request may wait for.</summary>
    public static DeadlineOptions AddDeadlines(this WebApplicationBuilder builder, OptionsReader options)
    {
        var deadlines = options.Read<DeadlineOptions>("Deadlines");
        options.RefuseAbove(builder.Configuration, ("Deadlines__Try", deadlines.Try), ("Deadlines__Request", deadlines.Request));
        builder.Services.AddSingleton(deadlines);
        return deadlines;
    }

    public static void AddForwarding(this WebApplicationBuilder builder, OptionsReader options)
    {
        // Two lines a request at Information, where RequestLog has one; and a stack trace for each client that leaves.
        // ForwardingStage tells of the failures that are the replicas'.
        builder.AddDefaultLogLevels(("Yarp", LogLevel.Error));
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<ForwarderCounters>();
        builder.Services.AddSingleton(options.Read<RetryOptions>("Retries"));
        builder.Services.AddSingleton(options.Read<StreamingOptions>("Streaming"));
        builder.Services.AddSingleton(options.Read<ShadowOptions>("Shadow"));
        builder.Services.AddSingleton<RetryBudget>();
        builder.Services.AddSingleton<ShadowCopies>();
        builder.Services.AddSingleton<GatewayTransformer>();
        var hedging = options.Read<HedgingOptions>("Hedging");
        // Switched off by name, it may keep its settings.
        options.RefuseUnless(
            builder.Configuration, "Hedging", hedging.Enabled || builder.Configuration["Hedging:Enabled"] is not null, "Hedging__Enabled=true");
        builder.Services.AddSingleton(hedging);
        builder.Services.AddSingleton<ResilienceEvents>();
        builder.Services.AddSingleton(services => hedging.Enabled
            ? new HttpMessageInvoker(ActivatorUtilities.CreateInstance<HedgingHandler>(services, Connections(services)))
            : Connections(services));
        builder.Services.AddSingleton<ForwardingStage>();
    }

    /// <summary>Every path that nothing else has.</summary>
    public static void MapForwarding(this WebApplication app)
    {
        app.Services.GetRequiredService<ForwarderCounters>();     // begins to listen

        // Each hands on to the one below it here, so they are made from the last to the first.
        Stage stage = app.Services.GetRequiredService<ForwardingStage>().InvokeAsync;    // replica, tries
        stage = Before<AdmissionStage>(app, stage).InvokeAsync;                          // its turn at the model
        if (app.Services.GetService<ScaleUps>() is not null)
        {
            stage = Before<ColdStartStage>(app, stage).InvokeAsync;                      // a first replica
        }
        stage = Before<CallerLimits>(app, stage).InvokeAsync;                            // what this caller may use
        stage = Before<VersionRouting>(app, stage).InvokeAsync;                          // model and version
        stage = Before<RequestReading>(app, stage).InvokeAsync;                          // path and body
        app.Map("/{**path}", Before<CountedRequests>(app, stage).InvokeAsync);           // time and outcome
    }

    private static T Before<T>(WebApplication app, Stage next) => ActivatorUtilities.CreateInstance<T>(app.Services, next);

    private static HttpMessageInvoker Connections(IServiceProvider services) =>
        new UpstreamConnections(services.GetRequiredService<TraceExport>()).Create();
}
