namespace ElasticSynapse.Serving.Hosting.Tracing;

/// <summary>What spans may hold. Where they go is said by OpenTelemetry's standard settings. Bound from "Tracing".</summary>
public sealed class TracingOptions
{
    /// <summary>Whether the model services' spans hold what people wrote and what they were answered. Logs never do. Default
    /// false.</summary>
    public bool CaptureContent { get; set; }
}
