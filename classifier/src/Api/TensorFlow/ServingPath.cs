using System.Text.RegularExpressions;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>What a path of TensorFlow Serving's REST API names, behind <c>/v1/models/</c>.</summary>
/// <param name="Version">As it was sent; null without.</param>
/// <param name="Label">Null without; never together with a version.</param>
/// <param name="Verb">predict, classify or regress, in lower case; null for the model itself.</param>
/// <remarks>tensorflow/serving, <c>http_rest_api_handler.cc</c>: everything but the names is matched whatever its case.</remarks>
internal sealed partial record ServingPath(string Model, string? Version, string? Label, string? Verb, bool IsMetadata)
{
    /// <summary>Null if the path is none of the API's.</summary>
    public static ServingPath? Parse(string path)
    {
        if (Pattern().Match(path) is not { Success: true } match)
        {
            return null;
        }
        return new ServingPath(
            match.Groups["model"].Value, Named("version"), Named("label"), Named("verb")?.ToLowerInvariant(), match.Groups["metadata"].Success);

        string? Named(string group) => match.Groups[group] is { Success: true, Value: var value } ? value : null;
    }

    [GeneratedRegex(
        @"^(?<model>[^/:]+)(/versions/(?<version>[^/:]+)|/labels/(?<label>[^/:]+))?((?<metadata>/metadata)|:(?<verb>classify|regress|predict))?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
