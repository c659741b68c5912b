using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Model;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>The served model as TensorFlow Serving names models: versions are numbers. Ours begin with one, the time of export:
/// 1557429385_v0.01 is 1557429385.</summary>
/// <param name="label">Under which this version may be asked for.</param>
internal sealed class ServableVersion(ModelIdentity model, string label)
{
    public string Model => model.Name;

    /// <summary>1 for a version that does not begin with a number.</summary>
    public long Number { get; } =
        long.TryParse(string.Concat(model.Version.TakeWhile(char.IsAsciiDigit)), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;

    /// <exception cref="ApiException">A request names another model, version or label; null names none.</exception>
    public void Check(string name, string? version, string? versionLabel)
    {
        var isThisModel = model.IsCalled(name);
        if (version is null && versionLabel is null && !isThisModel)
        {
            throw NotFound($"Servable not found for request: Latest({Excerpt.Of(name)})");
        }
        if (version is not null && version != model.Version)
        {
            Check(name, Parse(version));
        }
        if (!isThisModel)
        {
            throw NotFound($"Could not find any versions of model {Excerpt.Of(name)}");
        }
        if (versionLabel is not null && versionLabel != label)
        {
            throw ApiException.Invalid("labels", $"Unrecognized servable version label: {Excerpt.Of(versionLabel)}");
        }
    }

    /// <exception cref="ApiException">Another model or version.</exception>
    public void Check(string name, long version)
    {
        if (!model.IsCalled(name) || version != Number)
        {
            throw NotFound(string.Create(CultureInfo.InvariantCulture, $"Servable not found for request: Specific({Excerpt.Of(name)}, {version})"));
        }
    }

    private static long Parse(string version) => long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw ApiException.Invalid("versions", $"Failed to convert version: {Excerpt.Of(version)} to numeric.");

    private static ApiException NotFound(string message) => new(ErrorKind.ModelNotFound, message, "model");
}
