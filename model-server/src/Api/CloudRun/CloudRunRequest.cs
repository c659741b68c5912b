namespace ElasticSynapse.ModelServer.Api.CloudRun;

/// <summary>A request of gpt-2-cloud-run's API, from a query string or a JSON object.</summary>
internal sealed record CloudRunRequest
{
    private const int MaxPrefixCharacters = 500;

    /// <summary>New tokens, as far as the context has room.</summary>
    public required int Length { get; init; }

    /// <summary>0 is greedy.</summary>
    public required float Temperature { get; init; }

    /// <summary>0 is off.</summary>
    public required int TopK { get; init; }

    /// <summary>0 is off; otherwise <see cref="TopK"/> does not count.</summary>
    public required float TopP { get; init; }

    /// <summary>Null for none.</summary>
    public required string? Prefix { get; init; }

    /// <summary>Null for none.</summary>
    public required string? Truncate { get; init; }

    public required bool IncludePrefix { get; init; }

    /// <exception cref="Serving.Hosting.Errors.ApiException">A number that is none, or out of range.</exception>
    public static CloudRunRequest Read(LooseFields fields, CloudRunProfile profile)
    {
        var (length, prefix, truncate) = profile == CloudRunProfile.Minimaxir
            ? (100, "<|startoftext|>", "<|endoftext|>")
            : (1023, "", "\n");
        return new CloudRunRequest
        {
            Length = fields.Integer("length", 0, int.MaxValue) ?? length,
            Temperature = fields.Number("temperature", 0, 100) ?? 0.7f,
            TopK = fields.Integer("top_k", 0, int.MaxValue) ?? 0,
            TopP = fields.Number("top_p", 0, 1) ?? 0,
            Prefix = NullIfEmpty(FirstCharacters(fields.Text("prefix") ?? prefix)),
            Truncate = NullIfEmpty(fields.Text("truncate") ?? truncate),
            // Python's str(value).lower() == "true": 1 and "yes" are false.
            IncludePrefix = string.Equals(fields.Text("include_prefix") ?? "true", "true", StringComparison.OrdinalIgnoreCase),
        };
    }

    // Code points, as Python counts them.
    private static string FirstCharacters(string text)
    {
        var (count, end) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (count++ == MaxPrefixCharacters)
            {
                break;
            }
            end += rune.Utf16SequenceLength;
        }
        return text[..end];
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
