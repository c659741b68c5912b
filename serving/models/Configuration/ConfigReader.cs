using System.Globalization;
using System.Text.Json;

namespace ElasticSynapse.Serving.Models;

/// <summary>Reads members of <c>config.json</c> and collects what is wrong with them, so that one message can list it all.</summary>
internal sealed class ConfigReader(JsonElement config)
{
    private readonly List<string> _problems = [];

    public void Refuse(string problem) => _problems.Add(Refusal.OneLine(problem));

    public void RefuseUnless(bool accepted, string problem)
    {
        if (!accepted)
            Refuse(problem);
    }

    /// <exception cref="CheckpointException">At least one problem was found; the message lists all.</exception>
    public void ThrowIfRefused(string file)
    {
        if (_problems.Count > 0)
            throw new CheckpointException($"{Refusal.OneLine(file)}: {string.Join("; ", _problems)}");
    }

    /// <summary>The member, unless it is missing or null.</summary>
    public JsonElement? Member(string name) =>
        config.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A required size in [1, limit]; 1 if it is refused, so that the other checks can go on.</summary>
    public int Size(string name, int limit)
    {
        if (OptionalSize(name, limit) is { } size)
            return size;
        RefuseUnless(Member(name) is not null, $"{name} is missing; accepted: 1 to {limit}");
        return 1;
    }

    /// <summary>A size in [1, limit], or null if the member is missing, null or refused.</summary>
    public int? OptionalSize(string name, int limit)
    {
        if (Member(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var size) && size >= 1 && size <= limit)
            return size;
        Refuse($"{name} is {Shown(value)}; accepted: 1 to {limit}");
        return null;
    }

    /// <summary>A layer norm's epsilon.</summary>
    public float Epsilon(string name, float whenMissing)
    {
        if (Member(name) is not { } value)
            return whenMissing;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var epsilon) && epsilon is > 0 and < 1)
            return epsilon;
        Refuse($"{name} is {Shown(value)}; accepted: above 0, below 1");
        return whenMissing;
    }

    public bool Flag(string name, bool whenMissing)
    {
        if (Member(name) is not { } value)
            return whenMissing;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.ValueKind == JsonValueKind.True;
        Refuse($"{name} is {Shown(value)}; accepted: true or false");
        return whenMissing;
    }

    /// <summary>Refuses any value but the one that the graph implements.</summary>
    public void FlagMustBe(string name, bool accepted) =>
        RefuseUnless(Flag(name, accepted) == accepted, $"{name} is {Word(!accepted)}; accepted: {Word(accepted)}");

    /// <summary>One of the named choices; the default if the member is missing or refused.</summary>
    public T Choice<T>(string name, T whenMissing, params ReadOnlySpan<(string Name, T Value)> choices)
    {
        if (Member(name) is not { } value)
            return whenMissing;
        var names = new List<string>();
        foreach (var choice in choices)
        {
            if (value.ValueKind == JsonValueKind.String && value.ValueEquals(choice.Name))
                return choice.Value;
            names.Add(choice.Name);
        }
        Refuse($"{name} is {Shown(value)}; accepted: {string.Join(", ", names)}");
        return whenMissing;
    }

    /// <summary>A token id below the vocabulary's size, or null.</summary>
    public int? TokenId(string name, int vocabulary) =>
        Member(name) is { } value ? TokenId(name, value, vocabulary) : null;

    /// <summary>One token id or a list of them; null if the member is missing.</summary>
    public IReadOnlyList<int>? TokenIds(string name, int vocabulary)
    {
        if (Member(name) is not { } value)
            return null;
        var items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
        return [.. items.Select(item => TokenId(name, item, vocabulary)).OfType<int>().Distinct()];
    }

    /// <summary>The texts of a list, or the only one.</summary>
    public IEnumerable<string> Names(string name) =>
        Member(name) is not { } value ? []
        : (value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
            .Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!);

    /// <summary>Refuses another family of models by its <c>model_type</c> and <c>architectures</c>.</summary>
    public void Family(string modelType, params string[] architectures)
    {
        var type = Member("model_type");
        if (type is { } t && !(t.ValueKind == JsonValueKind.String && t.ValueEquals(modelType)))
            Refuse($"model_type is {Shown(t)}; accepted: {modelType}");
        var listed = Member("architectures");
        if (listed is { } list)
        {
            var names = list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().ToArray() : [list];
            if (names.Length > 0 && !names.Any(n => n.ValueKind == JsonValueKind.String && architectures.Contains(n.GetString())))
                Refuse($"architectures is {Shown(list)}; accepted: {string.Join(", ", architectures)}");
        }
        RefuseUnless(type is not null || listed is not null, $"model_type is missing; accepted: {modelType}");
    }

    private int? TokenId(string name, JsonElement value, int vocabulary)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id >= 0 && id < vocabulary)
            return id;
        Refuse($"{name} is {Shown(value)}; accepted: token ids below vocab_size {vocabulary.ToString(CultureInfo.InvariantCulture)}");
        return null;
    }

    private static string Word(bool flag) => flag ? "true" : "false";

    private static string Shown(JsonElement value) =>
        value.GetRawText() is { Length: <= 100 } text ? text : value.GetRawText()[..100] + "...";
}
