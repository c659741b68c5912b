using System.Collections.Immutable;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>A caller as the keys file has it.</summary>
/// <param name="Name">For logs, metrics and messages.</param>
/// <param name="Models">Those that it may use; empty means all.</param>
/// <param name="RequestsPerMinute">Null means without limit, as for the others.</param>
internal sealed record CallerEntry(
    string Name, ImmutableArray<string> Models, long? RequestsPerMinute, long? TokensPerMinute, int? Concurrency);
