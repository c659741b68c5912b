using System.Collections.Immutable;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>What is served and where, as a source tells it: one immutable picture, replaced as a whole.</summary>
/// <param name="Models">In the source's order; the first of a kind answers requests of that kind that name no model.</param>
/// <param name="IsKnown">False while the source has told nothing yet.</param>
internal sealed record ModelCatalogue(ImmutableArray<ModelEntry> Models, bool IsKnown = true);
