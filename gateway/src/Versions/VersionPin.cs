using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Versions;

/// <summary>A version that a request insists on, by its name or by a label; or neither.</summary>
internal readonly record struct VersionPin(string? Version, string? Label)
{
    public static VersionPin ToVersion(string version) => new(version, null);

    public static VersionPin ToLabel(string label) => new(null, label);

    public override string ToString() => Version is not null ? $"version '{Excerpt.Of(Version)}'" : $"label '{Excerpt.Of(Label ?? "")}'";

    public bool IsNone => Version is null && Label is null;
}
