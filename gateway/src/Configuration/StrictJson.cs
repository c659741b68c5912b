using System.Text.Json;
using System.Text.RegularExpressions;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Configuration;

/// <summary>Reads a file of ours: what it does not know is a mistake, and every mistake is gathered, so that one look at the
/// list mends the file.</summary>
internal sealed partial class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private readonly List<string> _mistakes = [];

    /// <summary>How many there are so far.</summary>
    public int MistakeCount => _mistakes.Count;

    /// <summary>What <paramref name="read"/> makes of the file, or null and what is wrong with it.</summary>
    public static (T? Value, IReadOnlyList<string> Mistakes) Parse<T>(ReadOnlyMemory<byte> json, Func<StrictJson, JsonElement, T> read) where T : class
    {
        var file = new StrictJson();
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            var value = read(file, document.RootElement);
            return file._mistakes.Count == 0 ? (value, []) : (null, file._mistakes);
        }
        catch (JsonException exception)
        {
            return (null, [$"is not valid JSON: {exception.Message}"]);
        }
    }

    public void Add(string mistake) => _mistakes.Add(mistake);

    public void Add(string owner, JsonElement json, string rule) => _mistakes.Add($"{owner}={Excerpt.Of(json.GetRawText())}: {rule}");

    /// <summary>Members whose keys are ours.</summary>
    public IEnumerable<(string Key, JsonElement Value)> Members(JsonElement json, string owner, params string[] known)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Add(owner, json, "must be an object");
            yield break;
        }
        AddRepeated(json, owner);
        foreach (var member in json.EnumerateObject().DistinctBy(member => member.Name))
        {
            if (known.Contains(member.Name))
            {
                yield return (member.Name, member.Value);
            }
            else
            {
                Add($"{owner}.{Excerpt.Of(member.Name)} is not an option; it has {string.Join(", ", known)}");
            }
        }
    }

    /// <summary>Members whose keys are names that people choose.</summary>
    public IEnumerable<JsonProperty> Named(JsonElement json, string owner)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Add(owner, json, "must be an object");
            return [];
        }
        AddRepeated(json, owner);
        return json.EnumerateObject().Where(member => IsName(member.Name, owner)).DistinctBy(member => member.Name);
    }

    public IEnumerable<string> Strings(JsonElement json, string owner)
    {
        if (json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
        {
            return json.EnumerateArray().Select(item => item.GetString()!);
        }
        Add(owner, json, "must be a list of strings");
        return [];
    }

    public bool IsName(string name, string owner)
    {
        if (IsName(name))
        {
            return true;
        }
        Add($"{owner}: '{Excerpt.Of(name)}' {NameRule}");
        return false;
    }

    /// <summary>Whether models, versions, labels and callers may be called so.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>What is said of those that may not.</summary>
    public const string NameRule = "must be 1 to 128 letters, digits, '.', '_', '-' or '/', and start with a letter or digit";

    private void AddRepeated(JsonElement json, string owner) => _mistakes.AddRange(json.EnumerateObject()
        .GroupBy(member => member.Name, StringComparer.Ordinal).Where(group => group.Count() > 1)
        .Select(group => $"{owner}: '{Excerpt.Of(group.Key)}' stands there {group.Count()} times"));

    // The slash for names such as openai-community/gpt2.
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$")]
    private static partial Regex Name();
}
