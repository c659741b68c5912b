namespace ElasticSynapse.Serving.Models;

/// <summary>How stores are reached. The variables are those that the stores' own tools read.</summary>
public sealed record StoreSettings
{
    /// <summary><c>HF_ENDPOINT</c>.</summary>
    public Uri HubEndpoint { get; init; } = new("https://huggingface.co");

    /// <summary><c>HF_TOKEN</c>; null for public models.</summary>
    public string? HubToken { get; init; }

    /// <summary><c>STORAGE_EMULATOR_HOST</c>, as Google's libraries read it; requests there carry no credentials.</summary>
    public Uri? GoogleEndpoint { get; init; }

    /// <summary><c>AWS_ENDPOINT_URL_S3</c> or <c>AWS_ENDPOINT_URL</c>: a server that speaks S3's protocol, such as MinIO.</summary>
    public Uri? S3Endpoint { get; init; }

    /// <summary>Connections at a time.</summary>
    public int Connections { get; init; } = 8;

    /// <summary>A file is fetched in parts of so many bytes; what is whole of them survives a restart.</summary>
    public int PartBytes { get; init; } = 16 << 20;

    /// <summary>Tries of a request that fails for a reason that may pass, before the fetch ends.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Before the second try; doubles with each.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a connection may be silent.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two reports of progress.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <exception cref="CheckpointException">A variable is no address.</exception>
    public static StoreSettings FromEnvironment() => new()
    {
        HubEndpoint = Address("HF_ENDPOINT") ?? new StoreSettings().HubEndpoint,
        HubToken = Variable("HF_TOKEN"),
        GoogleEndpoint = Address("STORAGE_EMULATOR_HOST"),
        S3Endpoint = Address("AWS_ENDPOINT_URL_S3") ?? Address("AWS_ENDPOINT_URL"),
    };

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static Uri? Address(string name)
    {
        if (Variable(name) is not { } value)
            return null;
        if (!value.Contains("://", StringComparison.Ordinal))
            value = "http://" + value; // as Google's libraries read a bare host
        return Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw Refusal.Of(name, value, "an http: or https: address");
    }
}
