using System.Globalization;
using ElasticSynapse.Serving.Hosting.Configuration;
using ElasticSynapse.Serving.Hosting.Drain;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Health;
using ElasticSynapse.Serving.Hosting.Requests;
using ElasticSynapse.Serving.Hosting.Telemetry;
using ElasticSynapse.Serving.Hosting.Tracing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ElasticSynapse.Serving.Hosting;

/// <summary>What all three services have alike: logs, request ids, errors, limits, health, drain, metrics, traces.</summary>
public static class ServiceDefaults
{
    // For the last words to callers whose requests outlast the grace period.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private static readonly string[] ListeningSettings = ["urls", "http_ports", "https_ports", "Kestrel:Endpoints"];

    /// <summary>Registers the defaults and returns the reader for the service's own options; call
    /// <see cref="OptionsReader.ThrowIfMistaken"/> on it once everything is read, so that all mistakes are told at once.</summary>
    /// <param name="builder">The service's.</param>
    /// <param name="serviceName">As telemetry calls it.</param>
    /// <param name="defaultPort">Where it listens, on loopback, unless the usual ASP.NET Core settings say otherwise.</param>
    public static OptionsReader AddServiceDefaults(this WebApplicationBuilder builder, string serviceName, int defaultPort)
    {
        if (!ListeningSettings.Any(key => builder.Configuration.GetSection(key).Exists()))
        {
            builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{defaultPort}"));
        }
        var options = new OptionsReader(builder.Configuration);
        var http = options.Read<HttpOptions>("Http");
        var drain = options.Read<DrainOptions>("Drain");

        builder.Logging.ClearProviders();
        builder.Logging.AddJsonLines();
        builder.AddDefaultLogLevels(
            // The framework's own line a request would repeat ours.
            ("Microsoft.AspNetCore", LogLevel.Warning),
            // While it may log, it begins a span for each request, traced or not: 1 of 6.5 kB that a request at the gateway allocated.
            ("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None),
            ("Microsoft.Hosting.Lifetime", LogLevel.Information));

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(http);
        builder.Services.AddSingleton<ErrorFormats>();
        builder.Services.AddSingleton(drain);
        builder.Services.AddSingleton<DrainService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DrainService>());
        builder.Services.AddSingleton<IGracePeriod>(services => services.GetRequiredService<DrainService>());
        builder.Services.AddHealthChecks().AddCheck<DrainService>("drain");
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = drain.ReadinessDelay + drain.GracePeriod + Farewell);
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Limit(kestrel.Limits, http);
        });
        builder.Services.AddMetrics(serviceName);
        builder.AddTracing(serviceName, options);
        return options;
    }

    /// <summary>Levels of log categories that <c>Logging:LogLevel</c> can still set otherwise; a filter in code would overrule it.</summary>
    public static void AddDefaultLogLevels(this WebApplicationBuilder builder, params (string Category, LogLevel Level)[] levels) =>
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = levels.Select(level => KeyValuePair.Create($"Logging:LogLevel:{level.Category}", (string?)level.Level.ToString())),
        });

    /// <summary>The same log lines for what happens before there is an application to log.</summary>
    public static ILoggerFactory CreateStartLog() => LoggerFactory.Create(logging => logging.AddJsonLines());

    /// <summary>Puts the defaults' middleware in front and maps /livez, /readyz and /metrics. Call it before the APIs are mapped.</summary>
    /// <param name="app">The service.</param>
    /// <param name="metrics">Whether /metrics is for its clients to see; else <see cref="ServiceEndpoints"/> shows it elsewhere.</param>
    public static void MapServiceDefaults(this WebApplication app, bool metrics = true)
    {
        app.UseTracing();
        app.UseMiddleware<DrainingConnections>();
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<CompressedBodies>();
        app.UseMiddleware<BodyLimit>();
        app.UseRouting();
        app.UseMiddleware<HeadRequests>();
        app.UseRouting();                       // of those that HeadRequests sends back
        app.MapHealth();
        if (metrics)
        {
            app.MapMetrics();
        }
    }

    private static void Limit(KestrelServerLimits limits, HttpOptions http)
    {
        limits.MinRequestBodyDataRate = http.MinRequestBodyBytesPerSecond > 0
            ? new MinDataRate(http.MinRequestBodyBytesPerSecond, HttpOptions.BodyGracePeriod)
            : null;
        limits.MaxRequestHeadersTotalSize = http.MaxRequestHeaderBytes;
        limits.MaxRequestLineSize = Math.Min(limits.MaxRequestLineSize, http.MaxRequestHeaderBytes);
        limits.RequestHeadersTimeout = http.RequestHeadersTimeout;
    }

    private static void AddJsonLines(this ILoggingBuilder logging) => logging.AddJsonConsole(console =>
    {
        console.IncludeScopes = true;
        console.UseUtcTimestamp = true;
        console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
    });
}
