using ElasticSynapse.Gateway.Callers;
using ElasticSynapse.Gateway.ColdStarts;
using ElasticSynapse.Gateway.Configuration;
using ElasticSynapse.Gateway.Forwarding;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Telemetry;
using ElasticSynapse.Gateway.Versions;
using ElasticSynapse.Serving.Hosting.Configuration;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Gateway.Browsers;

/// <summary>Lets pages of other origins call, where that is wanted.</summary>
internal static class CorsSetup
{
    // Beyond those that a page may read anyway.
    private static readonly string[] ReadableHeaders =
    [
        RequestIds.Header, GatewayTransformer.ModelName, VersionRouting.VersionHeader, GatewayTransformer.ServedBy, RefusalReason.Header,
        ColdStartStage.Header, CountedRequests.OverheadHeader, OpenAiHeaders.Version, OpenAiHeaders.Organization, OpenAiHeaders.Milliseconds,
        "Retry-After", "x-seed", .. CallerLimits.Headers,
    ];

    public static void AddBrowsers(this WebApplicationBuilder builder, OptionsReader options)
    {
        var cors = options.Read<CorsOptions>("Cors");
        builder.Services.AddSingleton(cors);
        options.RefuseUnless(builder.Configuration, "Cors", cors.Origins.Count > 0, "Cors__AllowedOrigins");
        builder.Services.AddCors(policies => policies.AddDefaultPolicy(policy => policy
            .WithOrigins([.. cors.Origins]).AllowAnyHeader().AllowAnyMethod().WithExposedHeaders(ReadableHeaders).SetPreflightMaxAge(cors.MaxAge)));
    }

    /// <summary>In front of whoever asks for keys: a browser asks without one first.</summary>
    public static void UseBrowsers(this WebApplication app)
    {
        if (app.Services.GetRequiredService<CorsOptions>().Origins.Count > 0)
        {
            app.UseCors();
        }
    }
}
