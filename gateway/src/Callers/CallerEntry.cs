using System.Collections.Immutable;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>A caller as the keys file has it.</summary>
/// <param name="Name">For logs, metrics and messages.</param>
/// <param name="Class">What metrics call it and its like.</param>
/// <param name="Models">Those that it may use; empty means all, where the file has no list.</param>
/// <param name="RequestsPerMinute">Null means without limit, as for the others.</param>
internal sealed record CallerEntry(
    string Name, string Class, ImmutableArray<string> Models, long? RequestsPerMinute, long? TokensPerMinute, int? Concurrency)
{
    /// <summary>Of callers that the file gives none.</summary>
    public const string DefaultClass = "default";
}
