using System.Collections;

namespace ElasticSynapse.Serving.Hosting.Configuration;

/// <summary>Finds settings that no section reads, so that nothing is set without effect: whatever the command line has, and environment
/// variables that are nearly one of ours. Other variables are other programs'.</summary>
internal static class UnknownSettings
{
    private const string Separator = "__";

    // Letters to change, leave out or put in.
    private const int MostTypingErrors = 2;

    // ASP.NET Core's and the host's own.
    private static readonly string[] Frameworks =
    [
        "urls", "http_ports", "https_ports", "Kestrel", "Logging", "AllowedHosts", "environment", "contentRoot", "applicationName", "webroot",
        "shutdownTimeoutSeconds", "startupTimeoutSeconds", "detailedErrors", "captureStartupErrors", "suppressStatusMessages",
        "preferHostingUrls", "hostingStartupAssemblies", "hostingStartupExcludeAssemblies", "preventHostingStartup", "hostBuilder",
        "forwardedHeaders_enabled", "servicesStartConcurrently", "servicesStopConcurrently",
    ];

    // Names of older deployments: Aliases and BucketName.
    private static readonly string[] OlderNames = ["BUCKET_NAME", "BATCH_LENGTH", "TEMPERATURE"];

    /// <param name="arguments">The command line.</param>
    /// <param name="sections">That are read.</param>
    public static IEnumerable<string> In(string[] arguments, IReadOnlyCollection<string> sections)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var (key, hasValue) = Key(arguments[i]);
            if (key is null)
            {
                yield return $"'{arguments[i]}' is not an option; options are written --Section:Option=value";
                continue;
            }
            // The next argument is its value.
            i += hasValue ? 0 : 1;
            var section = key.Split(':')[0];
            if (i >= arguments.Length)
            {
                yield return $"'{arguments[^1]}' has no value";
            }
            else if (!IsKnown(section, key, arguments[i].EndsWith('='), sections))
            {
                yield return $"--{key} is not an option{Meant(section, sections)}; --help lists all";
            }
        }
    }

    /// <param name="environment">Of the process.</param>
    /// <param name="sections">That are read.</param>
    public static IEnumerable<string> In(IDictionary environment, IReadOnlyCollection<string> sections)
    {
        foreach (var name in environment.Keys.OfType<string>().Order(StringComparer.Ordinal))
        {
            var end = name.IndexOf(Separator, StringComparison.Ordinal);
            if (end > 0 && !sections.Contains(name[..end], StringComparer.OrdinalIgnoreCase) && Nearest(name[..end], sections) is { } section)
            {
                yield return $"{name} is not an option; was {section}{name[end..]} meant?";
            }
        }
    }

    // As the framework's command line provider reads it.
    private static (string? Key, bool HasValue) Key(string argument)
    {
        var start = argument.StartsWith("--", StringComparison.Ordinal) ? 2 : argument.StartsWith('/') ? 1 : 0;
        var end = argument.IndexOf('=', StringComparison.Ordinal);
        return argument.StartsWith('-') && start == 0 ? (null, false)
            : end >= 0 ? (argument[start..end], true)
            : start > 0 ? (argument[start..], false)
            : (null, false);
    }

    // What a section has besides its options is the reader's to refuse.
    private static bool IsKnown(string section, string key, bool isEmpty, IReadOnlyCollection<string> sections) =>
        (sections.Contains(section, StringComparer.OrdinalIgnoreCase) && (isEmpty || key.Contains(':')))
        || Frameworks.Contains(section, StringComparer.OrdinalIgnoreCase)
        || OlderNames.Contains(key, StringComparer.OrdinalIgnoreCase)
        || section.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase);

    private static string Meant(string section, IReadOnlyCollection<string> sections) =>
        Nearest(section, sections) is { } nearest && !nearest.Equals(section, StringComparison.OrdinalIgnoreCase) ? $" (was --{nearest}:… meant?)" : "";

    private static string? Nearest(string name, IEnumerable<string> sections) => sections
        .Select(section => (Section: section, Errors: Distance(name.ToUpperInvariant(), section.ToUpperInvariant())))
        // Of a short name two letters are half.
        .Where(candidate => candidate.Errors <= Math.Min(MostTypingErrors, candidate.Section.Length / 3))
        .OrderBy(candidate => candidate.Errors).ThenBy(candidate => candidate.Section, StringComparer.Ordinal)
        .Select(candidate => candidate.Section).FirstOrDefault();

    // Levenshtein 1966.
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 0; i < from.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < to.Length; j++)
            {
                var changed = diagonal + (from[i] == to[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(changed, 1 + Math.Min(row[j], row[j + 1]));
            }
        }
        return row[^1];
    }
}
