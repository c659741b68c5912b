using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace ElasticSynapse.Serving.Hosting.Configuration;

/// <summary>
/// Reads option classes from configuration sections before anything starts, and gathers every mistake: a key that no
/// option has, a value of the wrong type, a value out of range. The framework's binder stops at the first and lets
/// unknown keys pass without effect.
/// </summary>
public sealed class OptionsReader(IConfiguration configuration)
{
    private readonly List<string> _mistakes = [];
    private readonly List<(string Section, Type Type)> _read = [];

    /// <summary>Fills a <typeparamref name="T"/> from <paramref name="section"/>; what is wrong is kept for <see cref="ThrowIfMistaken"/>.</summary>
    /// <remarks>Properties may be of any type with a string converter, or a <c>Dictionary&lt;string, value&gt;</c>.
    /// Rules are DataAnnotations on the properties, and <see cref="IValidatableObject"/> for rules across them.</remarks>
    public T Read<T>(string section) where T : class, new()
    {
        var options = new T();
        _read.Add((section, typeof(T)));
        var properties = PropertiesOf(typeof(T)).ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        // Rules on values that could not be read would only blame the default for the same mistake again.
        var unreadable = new HashSet<string>(StringComparer.Ordinal);

        foreach (var entry in configuration.GetSection(section).GetChildren())
        {
            if (properties.TryGetValue(entry.Key, out var property))
            {
                if (!TryAssign(options, property, entry))
                {
                    unreadable.Add(property.Name);
                }
            }
            else
            {
                var known = string.Join(", ", properties.Values.Select(p => p.Name).Order(StringComparer.Ordinal));
                Add($"{EnvironmentName(entry.Path)} is not an option; {section} has {known}");
            }
        }

        Validate(options, section, properties.Values, unreadable);
        return options;
    }

    /// <summary>Adds a mistake that only the caller can see, such as two sections that contradict each other.</summary>
    public void Add(string mistake) => _mistakes.Add(mistake);

    /// <summary>Tells what there is to set, if that is all that the command line asks for. Otherwise it takes note of what is set and
    /// none of the sections that were read has. Call it once all are read.</summary>
    /// <param name="service">As the usage line calls it.</param>
    /// <returns>Whether it was told: then the service is not to start.</returns>
    public bool TellsHelp(string[] arguments, string service)
    {
        if (arguments is not (["--help"] or ["-h"]))
        {
            var sections = _read.Select(read => read.Section).Distinct().ToArray();
            _mistakes.AddRange(UnknownSettings.In(arguments, sections));
            _mistakes.AddRange(UnknownSettings.In(Environment.GetEnvironmentVariables(), sections));
            return false;
        }
        Console.Out.Write(OptionsHelp.Of(service, _read));
        return true;
    }

    /// <exception cref="ConfigurationException">Something was wrong; it lists all of it.</exception>
    public void ThrowIfMistaken()
    {
        if (_mistakes.Count > 0)
        {
            throw new ConfigurationException([.. _mistakes]);
        }
    }

    /// <summary>What can be set of an options class.</summary>
    internal static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.CanWrite || DictionaryValueType(property.PropertyType) is not null);

    private bool TryAssign(object options, PropertyInfo property, IConfigurationSection entry)
    {
        if (IsNull(entry))
        {
            return true;
        }
        if (DictionaryValueType(property.PropertyType) is { } valueType)
        {
            return TryFill((IDictionary)property.GetValue(options)!, valueType, entry);
        }
        if (!TryConvert(entry, property.PropertyType, out var value))
        {
            return false;
        }
        property.SetValue(options, value);
        return true;
    }

    private bool TryFill(IDictionary dictionary, Type valueType, IConfigurationSection entry)
    {
        if (!entry.GetChildren().Any())
        {
            Add($"{EnvironmentName(entry.Path)}='{entry.Value}' has no members; {EnvironmentName(entry.Path)}__<name> is {Describe(valueType)}");
            return false;
        }
        var allRead = true;
        foreach (var item in entry.GetChildren().Where(item => !IsNull(item)))
        {
            if (TryConvert(item, valueType, out var value))
            {
                dictionary[item.Key] = value;
            }
            else
            {
                allRead = false;
            }
        }
        return allRead;
    }

    private bool TryConvert(IConfigurationSection entry, Type type, out object? value)
    {
        value = null;
        if (entry.Value is null)
        {
            Add($"{EnvironmentName(entry.Path)} has members; {Describe(type)} is expected");
            return false;
        }
        try
        {
            value = TypeDescriptor.GetConverter(type).ConvertFromString(null, CultureInfo.InvariantCulture, entry.Value);
        }
        // Converters wrap their failures in whatever exception type their author chose.
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return Refuse();
        }
        // The converters read any number as an enum, a whole number as days, where people mean seconds, and an empty text as no URI at all.
        var understood = value switch
        {
            Enum name => Enum.IsDefined(name.GetType(), name),
            TimeSpan time => time == TimeSpan.Zero || entry.Value.Contains(':'),
            null => Nullable.GetUnderlyingType(type) is not null,
            _ => true,
        };
        return understood || Refuse();

        bool Refuse()
        {
            Add($"{EnvironmentName(entry.Path)}='{entry.Value}' is not {Describe(type)}");
            return false;
        }
    }

    // Property by property, because Validator stops before IValidatableObject, and because what could not be read is left out.
    private void Validate(object options, string section, IEnumerable<PropertyInfo> properties, HashSet<string> unreadable)
    {
        var results = new List<ValidationResult>();
        foreach (var property in properties.Where(p => !unreadable.Contains(p.Name)))
        {
            var context = new ValidationContext(options) { MemberName = property.Name };
            Validator.TryValidateProperty(property.GetValue(options), context, results);
        }
        // Rules across properties take each one's own rules as given.
        if (results.Count == 0 && unreadable.Count == 0 && options is IValidatableObject validatable)
        {
            results.AddRange(validatable.Validate(new ValidationContext(options)));
        }
        foreach (var result in results)
        {
            var member = result.MemberNames.FirstOrDefault();
            var value = member is null ? null : options.GetType().GetProperty(member)?.GetValue(options);
            Add(member is null
                ? $"{section}: {result.ErrorMessage}"
                : string.Create(CultureInfo.InvariantCulture, $"{EnvironmentName(section)}__{member}='{value}': {result.ErrorMessage}"));
        }
    }

    // In a JSON file, null says as little as leaving the option out.
    private static bool IsNull(IConfigurationSection entry) => entry.Value is null && !entry.GetChildren().Any();

    private static Type? DictionaryValueType(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>) ? type.GetGenericArguments()[1] : null;

    // The spelling people set: environment variables write the path's colons as two underscores.
    private static string EnvironmentName(string path) => path.Replace(":", "__", StringComparison.Ordinal);

    private static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(int) || type == typeof(long) => "a whole number",
            _ when type == typeof(double) || type == typeof(float) => "a number",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(TimeSpan) => "a duration such as 00:00:30",
            _ when type == typeof(Uri) => "a URI",
            _ when type.IsEnum => "one of " + string.Join(", ", Enum.GetNames(type)),
            _ => $"a {type.Name}",
        };
    }
}
