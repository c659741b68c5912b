using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;

namespace ElasticSynapse.Serving.Models;

/// <summary>A folder of a Google Cloud Storage bucket: <c>gs://bucket/prefix</c>.</summary>
/// <remarks>The JSON API, <c>objects.list</c> and <c>objects.get?alt=media</c>. Credentials are the application's default ones
/// (a key file, workload identity, gcloud); without any, requests are anonymous, which public buckets answer.</remarks>
internal sealed class GoogleStore(string owner, string bucket, string prefix, StoreSettings settings, StoreHttp http) : ICheckpointStore
{
    private const string ReadOnlyScope = "https://www.googleapis.com/auth/devstorage.read_only";
    private const string CredentialsVariable = "GOOGLE_APPLICATION_CREDENTIALS";
    private const int MostPages = 100;

    private static readonly Uri PublicEndpoint = new("https://storage.googleapis.com");

    private ITokenAccess? _credential;
    private bool _isAnonymous = settings.GoogleEndpoint is not null;

    public bool IsArchive => false;

    private string ObjectsPath => $"{(settings.GoogleEndpoint ?? PublicEndpoint).ToString().TrimEnd('/')}/storage/v1/b/{Uri.EscapeDataString(bucket)}/o";

    public async Task<IReadOnlyList<StoredFile>> ListAsync(CancellationToken cancellation)
    {
        var folder = prefix.Length == 0 || prefix.EndsWith('/') ? prefix : prefix + "/";
        var files = new List<StoredFile>();
        string? pageToken = null;
        for (var pages = 0; pages == 0 || pageToken is not null; pages++)
        {
            var query = $"?prefix={Uri.EscapeDataString(folder)}&fields=nextPageToken,items(name,size,crc32c,generation)"
                + (pageToken is null ? "" : $"&pageToken={Uri.EscapeDataString(pageToken)}");
            var (answer, _) = await http.GetJsonAsync(token => GetAsync(new Uri(ObjectsPath + query), token), cancellation);
            if (answer.ValueKind != JsonValueKind.Object || pages == MostPages)
                throw Unexpected("no list of objects");
            if (answer.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array)
                files.AddRange(items.EnumerateArray().Select(item => File(item, folder)).OfType<StoredFile>());
            pageToken = Text(answer, "nextPageToken");
        }
        return files;
    }

    public Task<HttpRequestMessage> RequestAsync(StoredFile file, CancellationToken cancellation) => GetAsync(file.Address, cancellation);

    public void Dispose() => http.Dispose();

    private StoredFile? File(JsonElement item, string folder)
    {
        var name = Text(item, "name") ?? throw Unexpected("an object without a name");
        if (name.EndsWith('/'))
            return null; // a folder, as the console creates it
        if (!long.TryParse(Text(item, "size"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || Text(item, "generation") is not { } generation)
            throw Unexpected($"no size and generation of {name}");
        var checksum = Text(item, "crc32c") is { } crc
            ? FileChecksum.FromBase64(ChecksumAlgorithm.Crc32C, crc) ?? throw Unexpected($"a broken crc32c of {name}")
            : null;
        return new StoredFile(name[folder.Length..], length, checksum, generation,
            new Uri($"{ObjectsPath}/{Uri.EscapeDataString(name)}?alt=media&generation={Uri.EscapeDataString(generation)}"));
    }

    private async Task<HttpRequestMessage> GetAsync(Uri address, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (await TokenAsync(cancellation) is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    private async Task<string?> TokenAsync(CancellationToken cancellation)
    {
        if (_isAnonymous)
            return null;
        try
        {
            _credential ??= (await GoogleCredential.GetApplicationDefaultAsync(cancellation)).CreateScoped(ReadOnlyScope);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            if (Environment.GetEnvironmentVariable(CredentialsVariable) is { Length: > 0 } file)
                throw Refusal.Of(owner, $"{CredentialsVariable}={file}, which cannot be used ({e.Message})", "a key file, or none", e);
            _isAnonymous = true; // there are none
            return null;
        }
        try
        {
            return await _credential.GetAccessTokenForRequestAsync(cancellationToken: cancellation);
        }
        catch (TokenResponseException e)
        {
            throw Refusal.Of(owner, $"credentials that Google refuses ({e.Message})", "credentials that may read it", e);
        }
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private CheckpointException Unexpected(string found) => Refusal.Of(owner, found, "the answers of Google Cloud Storage's JSON API");
}
