using System.Globalization;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>What every answer of OpenAI's API has, for clients that log it.</summary>
internal static class OpenAiHeaders
{
    public const string Version = "openai-version";
    public const string Milliseconds = "openai-processing-ms";

    /// <summary>Old .NET clients read none of the others, nor the request's id, from an answer without it.</summary>
    public const string Organization = "openai-organization";

    // The one that there is.
    private const string TheVersion = "2020-10-01";

    // As the lists of models have it for owned_by.
    private const string TheOrganization = "elastic-synapse";

    /// <param name="taken">From the request's arrival until its answer begins.</param>
    public static void Set(IHeaderDictionary headers, TimeSpan taken)
    {
        // A service's own word stands.
        headers.TryAdd(Version, TheVersion);
        headers.TryAdd(Organization, TheOrganization);
        headers.TryAdd(Milliseconds, ((long)taken.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
    }
}
