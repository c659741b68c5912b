using System.Text.Json;

namespace ElasticSynapse.Serving.Models;

/// <summary>Reads the JSON files of a checkpoint folder; whatever is wrong with one becomes a <see cref="CheckpointException"/>.</summary>
internal static class CheckpointJson
{
    private const long LongestFile = 100_000_000;

    /// <summary>The file's object; duplicate members refused, so that no reader sees another value than the next.</summary>
    public static JsonDocument Read(string file)
    {
        try
        {
            var bytes = new FileInfo(file).Length;
            if (bytes > LongestFile)
                throw Refusal.Of(file, $"{bytes} bytes", $"at most {LongestFile}");
            return Parse(file, File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal.Of(file, $"an unreadable file ({e.Message})", "a readable JSON file", e);
        }
    }

    public static JsonDocument Parse(string file, ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith("\uFEFF"u8))
            utf8 = utf8[3..];
        JsonDocument? json = null;
        try
        {
            if (!System.Text.Unicode.Utf8.IsValid(utf8))
                throw new JsonException("not UTF-8");
            json = JsonDocument.Parse(utf8.ToArray(), new JsonDocumentOptions { AllowDuplicateProperties = false });
            CheckStrings(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            json?.Dispose();
            throw Refusal.Of(file, $"invalid JSON ({e.Message})", "a JSON object without duplicate members", e);
        }
        if (json.RootElement.ValueKind == JsonValueKind.Object)
            return json;
        var kind = json.RootElement.ValueKind;
        json.Dispose();
        throw Refusal.Of(file, $"a JSON {kind}", "a JSON object");
    }

    // An unpaired surrogate escape is valid JSON but not text; GetString throws on it. Better here than at each use.
    private static void CheckStrings(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    CheckStrings(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    CheckStrings(member.Value);
                }
                break;
        }
    }
}
