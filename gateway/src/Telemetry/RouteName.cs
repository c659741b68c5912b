using ElasticSynapse.Gateway.Requests;

namespace ElasticSynapse.Gateway.Telemetry;

/// <summary>A path as metrics show it: from a fixed list, so that nobody can make up series by asking for odd paths.</summary>
internal static class RouteName
{
    public const string Other = "other";

    private static readonly string[] NamingModel = ["/v1/models/", "/v2/models/"];

    /// <param name="path">As the replica gets to see it.</param>
    public static string Of(string path)
    {
        foreach (var prefix in NamingModel)
        {
            if (path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return prefix + "{model}";
            }
        }
        return KnownPaths.Find(path) is not { } known ? Other
            : path.StartsWith("/docs/", StringComparison.Ordinal) ? "/docs"
            : known.Path;
    }
}
