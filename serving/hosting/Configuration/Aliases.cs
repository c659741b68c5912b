using Microsoft.Extensions.Configuration;

namespace ElasticSynapse.Serving.Hosting.Configuration;

/// <summary>Settings under the names that other systems gave them, such as TEMPERATURE.</summary>
public static class Aliases
{
    /// <summary>Reads each option from its alias, unless it is set under its own name. Call it before options are read.</summary>
    /// <param name="configuration">The service's.</param>
    /// <param name="aliases">Alias, and the option as a configuration path.</param>
    public static void AddAliases(this ConfigurationManager configuration, params IEnumerable<(string Alias, string Option)> aliases) =>
        configuration.AddInMemoryCollection(aliases
            .Where(pair => configuration[pair.Alias] is not null && configuration[pair.Option] is null)
            .Select(pair => KeyValuePair.Create(pair.Option, configuration[pair.Alias]))
            .ToList());
}
