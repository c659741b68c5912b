using System.Globalization;
using System.Text.RegularExpressions;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Model;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>The served model as TensorFlow Serving names models: versions are numbers, see
/// <see cref="ModelIdentity.VersionNumber"/>.</summary>
/// <param name="label">Under which this version may be asked for.</param>
internal sealed partial class ServableVersion(ModelIdentity model, string label)
{
    public string Model => model.Name;

    public long Number => model.VersionNumber;

    /// <summary>Whether it can be a version at all: a number, or one of ours written out.</summary>
    public bool IsVersion(string version) => version == model.Version || Pattern().IsMatch(version);

    /// <exception cref="ApiException">A request to run names another model, version or label; null names none.</exception>
    public void Check(string name, string? version, string? versionLabel)
    {
        if (version is null && versionLabel is null && !model.IsCalled(name))
        {
            throw NotFound($"Servable not found for request: Latest({Excerpt.Of(name)})");
        }
        if (version is not null && (!Has(version) || !model.IsCalled(name)))
        {
            throw NotFound($"Servable not found for request: Specific({Excerpt.Of(name)}, {Excerpt.Of(version)})");
        }
        CheckLabel(name, versionLabel);
    }

    /// <summary>The same for a question after the state, which TensorFlow Serving refuses in other words.</summary>
    /// <exception cref="ApiException">Another model, version or label.</exception>
    public void CheckStatus(string name, string? version, string? versionLabel)
    {
        CheckLabel(name, versionLabel);
        if (version is not null && !Has(version))
        {
            throw NotFound($"Could not find version {Excerpt.Of(version)} of model {Excerpt.Of(name)}");
        }
    }

    private bool Has(string version) => model.HasVersion(version)
        || (version.All(char.IsAsciiDigit) && !long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? throw ApiException.Invalid("versions", $"Failed to convert version: {Excerpt.Of(version)} to numeric.")
            : false);

    private void CheckLabel(string name, string? versionLabel)
    {
        if (!model.IsCalled(name))
        {
            throw NotFound($"Could not find any versions of model {Excerpt.Of(name)}");
        }
        if (versionLabel is not null && versionLabel != label)
        {
            throw ApiException.Invalid("labels", $"Unrecognized servable version label: {Excerpt.Of(versionLabel)}");
        }
    }

    private static ApiException NotFound(string message) => new(ErrorKind.ModelNotFound, message, "model");

    [GeneratedRegex(@"^[0-9]+(_v[^/:]+)?\z")]
    private static partial Regex Pattern();
}
