namespace ElasticSynapse.Serving.Hosting.Tracing;

/// <summary>Whether spans go anywhere.</summary>
/// <param name="IsOn">False where nobody gets to see them, and none need be made beyond those that give log lines their ids.</param>
public sealed record TraceExport(bool IsOn);
