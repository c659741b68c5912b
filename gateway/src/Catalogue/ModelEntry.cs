using System.Collections.Immutable;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>A model and its versions.</summary>
/// <param name="Name">As callers call it.</param>
/// <param name="IsUpstream">A fixed address whose own word about name and version counts.</param>
/// <param name="IsNamed">False while nobody has said the name: then it answers to any, and its replica judges.</param>
internal sealed record ModelEntry(
    string Name, ModelKind Kind, ImmutableArray<VersionEntry> Versions, bool IsUpstream = false, bool IsNamed = true);
