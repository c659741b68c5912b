using ElasticSynapse.Serving.Hosting.Configuration;

namespace ElasticSynapse.Gateway.Configuration;

/// <summary>Settings that would have no effect for want of another, or because of one: nothing configured is silently without effect.</summary>
internal static class IdleSettings
{
    /// <summary>Refuses what is set of <paramref name="section"/> unless <paramref name="master"/>, which makes it matter, is set too.</summary>
    /// <param name="isOn">Whether it matters.</param>
    /// <param name="master">The other setting, as an environment variable.</param>
    /// <param name="only">Options that it is about; none for all of the section.</param>
    public static void RefuseUnless(
        this OptionsReader options, IConfiguration configuration, string section, bool isOn, string master, params string[] only)
    {
        foreach (var set in isOn ? [] : configuration.GetSection(section).GetChildren())
        {
            if (set.Value is not null && $"{section}__{set.Key}" != master && (only.Length == 0 || only.Contains(set.Key, StringComparer.OrdinalIgnoreCase)))
            {
                options.Add($"{section}__{set.Key}='{set.Value}' has no effect without {master}");
            }
        }
    }

    /// <summary>Refuses a bound that is set above the one that holds for it anyway. A default may be above.</summary>
    /// <param name="bound">Names as environment variables have them.</param>
    public static void RefuseAbove<T>(
        this OptionsReader options, IConfiguration configuration, (string Name, T Value) bound, (string Name, T Value) whole) where T : IComparable<T>
    {
        if (bound.Value.CompareTo(whole.Value) > 0 && configuration[bound.Name.Replace("__", ":", StringComparison.Ordinal)] is { } set)
        {
            options.Add($"{bound.Name}='{set}' has no effect above {whole.Name}, which is {whole.Value}");
        }
    }
}
