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

    /// <summary>Fills a <typeparamref name="T"/> from <paramref name="section"/>; what is wrong is kept for <see cref="ThrowIfMistaken"/>.</summary>
    /// <remarks>Properties may be of any type with a string converter, or a <c>Dictionary&lt;string, value&gt;</c>.
    /// Rules are DataAnnotations on the properties, and <see cref="IValidatableObject"/> for rules across them.</remarks>
    public T Read<T>(string section) where T : class, new()
    {
        var options = new T();
        var properties = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite)
            .ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        var mistakesBefore = _mistakes.Count;

        foreach (var entry in configuration.GetSection(section).GetChildren())
        {
            if (properties.TryGetValue(entry.Key, out var property))
            {
                Assign(options, property, entry);
            }
            else
            {
                var known = string.Join(", ", properties.Values.Select(p => p.Name).Order(StringComparer.Ordinal));
                Add($"{EnvironmentName(entry.Path)} is not an option; {section} has {known}");
            }
        }

        // Rules on values that could not be read would only blame the default for the same mistake again.
        if (_mistakes.Count == mistakesBefore)
        {
            Validate(options, section);
        }
        return options;
    }

    /// <summary>Adds a mistake that only the caller can see, such as two sections that contradict each other.</summary>
    public void Add(string mistake) => _mistakes.Add(mistake);

    /// <exception cref="ConfigurationException">Something was wrong; it lists all of it.</exception>
    public void ThrowIfMistaken()
    {
        if (_mistakes.Count > 0)
        {
            throw new ConfigurationException([.. _mistakes]);
        }
    }

    private void Assign(object options, PropertyInfo property, IConfigurationSection entry)
    {
        if (DictionaryValueType(property.PropertyType) is { } valueType)
        {
            var dictionary = (System.Collections.IDictionary)property.GetValue(options)!;
            foreach (var item in entry.GetChildren())
            {
                if (TryConvert(item, valueType, out var itemValue))
                {
                    dictionary[item.Key] = itemValue;
                }
            }
        }
        else if (TryConvert(entry, property.PropertyType, out var value))
        {
            property.SetValue(options, value);
        }
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
            return true;
        }
        // Converters wrap their failures in whatever exception type their author chose.
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Add($"{EnvironmentName(entry.Path)}='{entry.Value}' is not {Describe(type)}");
            return false;
        }
    }

    private void Validate(object options, string section)
    {
        var results = new List<ValidationResult>();
        if (Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true))
        {
            return;
        }
        foreach (var result in results)
        {
            var member = result.MemberNames.FirstOrDefault();
            var value = member is null ? null : options.GetType().GetProperty(member)?.GetValue(options);
            Add(member is null
                ? $"{section}: {result.ErrorMessage}"
                : string.Create(CultureInfo.InvariantCulture, $"{section}__{member}='{value}': {result.ErrorMessage}"));
        }
    }

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
