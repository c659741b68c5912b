using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using ElasticSynapse.Gateway.Configuration;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>The format of the keys file. It holds hashes only, so that whoever reads it can't call.</summary>
internal sealed class KeysDocument(StrictJson file)
{
    /// <summary>The keys, or null and what is wrong with the file.</summary>
    public static (ImmutableArray<CallerKey>? Keys, IReadOnlyList<string> Mistakes) Parse(ReadOnlyMemory<byte> json)
    {
        var (keys, mistakes) = StrictJson.Parse(json, (file, root) => new KeysDocument(file).Read(root));
        return keys is null ? (null, mistakes) : ([.. keys], mistakes);
    }

    private List<CallerKey> Read(JsonElement root)
    {
        var keys = new List<CallerKey>();
        // A file cut short must not take everyone's key away.
        if (root.ValueKind == JsonValueKind.Object && !root.TryGetProperty("callers", out _))
        {
            file.Add("callers is required; {\"callers\": {}} lets nobody call");
        }
        foreach (var (_, value) in file.Members(root, "the file", "callers"))
        {
            foreach (var caller in file.Named(value, "callers"))
            {
                ReadCaller(caller.Name, caller.Value, keys);
            }
        }
        foreach (var shared in keys.GroupBy(key => Convert.ToHexString(key.Hash)).Where(group => group.Select(key => key.Caller.Name).Distinct().Count() > 1))
        {
            file.Add($"callers: {string.Join(" and ", shared.Select(key => key.Caller.Name))} have the same key");
        }
        return keys;
    }

    private void ReadCaller(string name, JsonElement json, List<CallerKey> keys)
    {
        var owner = $"callers.{name}";
        var callerClass = CallerEntry.DefaultClass;
        ImmutableArray<string> models = [];
        string[] hashes = [];
        long? requests = null, tokens = null, concurrency = null;
        foreach (var (key, value) in file.Members(json, owner, "sha256", "class", "models", "requestsPerMinute", "tokensPerMinute", "concurrency"))
        {
            switch (key)
            {
                case "sha256":
                    hashes = [.. file.Strings(value, $"{owner}.sha256")];
                    break;
                case "class":
                    callerClass = Class(value, $"{owner}.class");
                    break;
                case "models":
                    models = Models(value, $"{owner}.models");
                    break;
                case "requestsPerMinute":
                    requests = Limit(value, $"{owner}.requestsPerMinute");
                    break;
                case "tokensPerMinute":
                    tokens = Limit(value, $"{owner}.tokensPerMinute");
                    break;
                default:
                    concurrency = Limit(value, $"{owner}.concurrency");
                    break;
            }
        }
        if (hashes.Length == 0 && json.ValueKind == JsonValueKind.Object)
        {
            file.Add($"{owner}.sha256 is required: a list of the SHA-256 of each of its keys, in hexadecimal");
        }
        var caller = new CallerEntry(name, callerClass, models, requests, tokens, (int?)concurrency);
        foreach (var hash in hashes)
        {
            if (hash.Length == 2 * SHA256.HashSizeInBytes && hash.All(char.IsAsciiHexDigit))
            {
                keys.Add(new CallerKey(Convert.FromHexString(hash), caller));
            }
            else
            {
                // Not quoted: somebody may have put the key itself there.
                file.Add($"{owner}.sha256 holds a text of {hash.Length} characters; a SHA-256 has 64 hexadecimal digits");
            }
        }
    }

    // None would read as all.
    private ImmutableArray<string> Models(JsonElement json, string owner)
    {
        if (json is { ValueKind: JsonValueKind.Array } && json.GetArrayLength() == 0)
        {
            file.Add($"{owner} is empty: leave it out for all models; who may use none needs no key");
        }
        return [.. file.Strings(json, owner)];
    }

    // A label of metrics: short, and one of few, for the file is the operator's own.
    private string Class(JsonElement json, string owner)
    {
        if (json.ValueKind == JsonValueKind.String && json.GetString() is { Length: >= 1 and <= 63 } text
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            return text;
        }
        file.Add(owner, json, "must be 1 to 63 letters, digits, '.', '_' or '-'");
        return CallerEntry.DefaultClass;
    }

    private long? Limit(JsonElement json, string owner)
    {
        if (json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var value) && value is >= 1 and <= 1_000_000_000)
        {
            return value;
        }
        file.Add(owner, json, "must be a whole number between 1 and 1,000,000,000; leave it out for no limit");
        return null;
    }
}
