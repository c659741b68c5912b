using ElasticSynapse.Serving.Hosting.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ElasticSynapse.Serving.Hosting.Tracing;

/// <summary>Traces, sent by OTLP where the standard settings say so. Where they don't, nobody listens and no span is made; the
/// context that a caller sends is passed on all the same.</summary>
internal static partial class TracingSetup
{
    /// <summary>Sources named <c>ElasticSynapse.*</c> are ours; the others are the framework's spans of requests and of calls.</summary>
    private static readonly string[] Sources = ["ElasticSynapse.*", "Microsoft.AspNetCore", "System.Net.Http"];

    public static void AddTracing(this WebApplicationBuilder builder, string serviceName, OptionsReader options)
    {
        var settings = StandardSettings.Read(builder.Configuration, options);
        // Attributes by OpenTelemetry's conventions on ASP.NET Core's own spans, where anybody gets to see them; libraries used to
        // add them.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", !settings.ExportsTraces);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(new TraceExport(settings.ExportsTraces));
        var tracing = options.Read<TracingOptions>("Tracing");
        builder.Services.AddSingleton(tracing);
        if (tracing.CaptureContent && !settings.ExportsTraces)
        {
            options.Add($"Tracing__CaptureContent='True': there are no traces to hold texts; set {StandardSettings.Endpoint} to where they go");
        }
        if (settings.ExportsTraces)
        {
            IConfiguration configuration = builder.Configuration;
            builder.Services.AddSingleton(_ => Build(configuration, settings, serviceName));
        }
    }

    /// <summary>Starts the tracing, and says what was set in vain.</summary>
    public static void UseTracing(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<StandardSettings>();
        if (settings.Unknown.Count > 0)
        {
            NoEffect(app.Logger, string.Join(", ", settings.Unknown));
        }
        app.Services.GetService<TracerProvider>();
    }

    private static TracerProvider Build(IConfiguration configuration, StandardSettings settings, string serviceName) =>
        Sdk.CreateTracerProviderBuilder()
            // The SDK reads the standard settings from the environment only; ours may also stand in a file.
            .ConfigureServices(services => services.AddSingleton(configuration))
            // What comes later wins: whoever names the service in the settings means it.
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService(serviceName).AddTelemetrySdk().AddEnvironmentVariableDetector())
            .AddSource(Sources)
            .SetSampler(new RequestSampler(TraceSamplers.Of(settings.SamplerName, settings.SamplerRatio)))
            .AddOtlpExporter()
            .Build();

    [LoggerMessage(LogLevel.Warning, "settings without effect here: {Names}")]
    private static partial void NoEffect(ILogger logger, string names);
}
