using System.Collections.Immutable;

namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>Weights while an upgrade moves them: Services are changed one after the other, so that the one that had all requests
/// may have lost its weight before the other has it. Until one of a model's versions has a weight those of before stand.</summary>
internal static class WeightsInBetween
{
    /// <param name="before">What was in effect.</param>
    /// <param name="now">What the cluster says.</param>
    /// <returns>The latter, with the former's weights for the models of which no version has one.</returns>
    public static ModelCatalogue Of(ModelCatalogue before, ModelCatalogue now) =>
        new([.. now.Models.Select(model => HasWeight(model) ? model : Held(before.Models.FirstOrDefault(known => known.Name == model.Name), model))]);

    private static bool HasWeight(ModelEntry model) => model.Versions.Any(version => version.Weight > 0);

    private static ModelEntry Held(ModelEntry? before, ModelEntry now) => before is null ? now : now with
    {
        Versions = [.. now.Versions.Select(version => version with { Weight = WeightOf(before.Versions, version.Version) })],
    };

    private static double WeightOf(ImmutableArray<VersionEntry> versions, string version) =>
        versions.FirstOrDefault(known => known.Version == version)?.Weight ?? 0;
}
