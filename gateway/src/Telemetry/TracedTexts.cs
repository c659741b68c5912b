using ElasticSynapse.Serving.Hosting.Tracing;

namespace ElasticSynapse.Gateway.Telemetry;

/// <summary>The gateway's spans never hold texts: the model services' do, where that is asked for.</summary>
internal static partial class TracedTexts
{
    /// <summary>Says so where it is asked of the gateway.</summary>
    public static void WarnOfTracedTexts(this WebApplication app)
    {
        if (app.Services.GetRequiredService<TracingOptions>().CaptureContent)
        {
            NoEffect(app.Logger);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Tracing__CaptureContent has no effect at the gateway; the model services put texts into their spans")]
    private static partial void NoEffect(ILogger logger);
}
