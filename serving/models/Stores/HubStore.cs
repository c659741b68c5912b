using System.Net.Http.Headers;
using System.Text.Json;

namespace ElasticSynapse.Serving.Models;

/// <summary>A model on Hugging Face's hub: <c>hf://owner/name[@revision]</c>.</summary>
/// <remarks>The hub's API as <c>huggingface_hub</c> uses it: the revision's commit, the tree of that commit page by page, and
/// <c>resolve</c>, which sends to where a file is: elsewhere, or to another address of the hub.</remarks>
internal sealed class HubStore(string owner, string repository, string revision, StoreSettings settings, StoreHttp http) : ICheckpointStore
{
    private const int MostPages = 100;

    public bool IsArchive => false;

    public async Task<IReadOnlyList<StoredFile>> ListAsync(CancellationToken cancellation)
    {
        var (info, _) = await http.GetJsonAsync(_ => Task.FromResult(Get($"api/models/{repository}/revision/{Uri.EscapeDataString(revision)}")), cancellation);
        var commit = Text(info, "sha") ?? throw Unexpected("no commit");
        var files = new List<StoredFile>();
        var page = Address($"api/models/{repository}/tree/{commit}?recursive=true");
        for (var pages = 0; page is not null; pages++)
        {
            var address = page;
            var (entries, response) = await http.GetJsonAsync(_ => Task.FromResult(Get(address)), cancellation);
            if (entries.ValueKind != JsonValueKind.Array || pages == MostPages)
                throw Unexpected("no list of files");
            files.AddRange(entries.EnumerateArray().Where(e => Text(e, "type") == "file").Select(e => File(e, commit)));
            page = NextPage(response);
        }
        return files;
    }

    public Task<HttpRequestMessage> RequestAsync(StoredFile file, CancellationToken cancellation) => Task.FromResult(Get(file.Address));

    public void Dispose() => http.Dispose();

    private StoredFile File(JsonElement entry, string commit)
    {
        var path = Text(entry, "path") ?? throw Unexpected("a file without a path");
        var address = Address($"{repository}/resolve/{commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");
        var large = entry.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
        var checksum = Text(large ? lfs : entry, "oid");
        if (checksum is null || !(large ? lfs : entry).TryGetProperty("size", out var size)
            || size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out var length) || length < 0)
            throw Unexpected($"no size and hash of {path}");
        return new StoredFile(path, length,
            new FileChecksum(large ? ChecksumAlgorithm.Sha256 : ChecksumAlgorithm.GitBlobSha1, checksum.Replace("sha256:", "", StringComparison.Ordinal)),
            checksum, address);
    }

    // Link: <https://...>; rel="next"
    private Uri? NextPage(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Link", out var links))
            return null;
        var next = links.SelectMany(l => l.Split(',')).FirstOrDefault(l => l.Contains("rel=\"next\"", StringComparison.Ordinal));
        if (next?.Split('<', '>') is not [_, var target, ..] || !Uri.TryCreate(settings.HubEndpoint, target, out var address))
            return null;
        // The token goes to no other host.
        return address.Authority == settings.HubEndpoint.Authority ? address : throw Unexpected($"a next page on {address.Host}");
    }

    private Uri Address(string path) => new($"{settings.HubEndpoint.ToString().TrimEnd('/')}/{path}");

    private HttpRequestMessage Get(string path) => Get(Address(path));

    private HttpRequestMessage Get(Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (settings.HubToken is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private CheckpointException Unexpected(string found) => Refusal.Of(owner, found, "the answers of Hugging Face's hub");
}
