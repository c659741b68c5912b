using System.Net.Http.Headers;
using System.Text;

namespace ElasticSynapse.Serving.Models;

/// <summary>One archive at an address: <c>https://…/model.tar.gz</c>, <c>.tgz</c>, <c>.tar</c> or <c>.zip</c>.</summary>
/// <param name="address">May hold a user and password, which are sent as Basic authorization (RFC 7617).</param>
internal sealed class ArchiveStore(Uri address, StoreHttp http) : ICheckpointStore
{
    private static readonly string[] Extensions = [".tar.gz", ".tgz", ".tar", ".zip"];

    private readonly Uri _address = new(address.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped));

    public bool IsArchive => true;

    public static bool IsArchiveName(string path) => Extensions.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    // Asks for one byte: presigned addresses answer GET only.
    public async Task<IReadOnlyList<StoredFile>> ListAsync(CancellationToken cancellation) => await http.TryAsync<IReadOnlyList<StoredFile>>(async token =>
    {
        using var limit = http.Limit(token);
        try
        {
            var request = Get();
            request.Headers.Range = new(0, 0);
            using var response = await http.SendAsync(request, limit.Token);
            var length = response.Content.Headers.ContentRange is { } range ? range.Length : response.Content.Headers.ContentLength;
            var version = response.Headers.ETag?.ToString() ?? response.Content.Headers.LastModified?.ToString("O") ?? "";
            return [new StoredFile(address.AbsolutePath.Split('/')[^1], length, null, version, _address)];
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw http.Silent();
        }
    }, cancellation);

    public Task<HttpRequestMessage> RequestAsync(StoredFile file, CancellationToken cancellation)
    {
        var request = Get();
        if (file.Version.StartsWith('"')) // a weak one, W/"...", matches nothing
            request.Headers.TryAddWithoutValidation("If-Match", file.Version);
        return Task.FromResult(request);
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Get()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, _address);
        if (address.UserInfo.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo))));
        return request;
    }
}
