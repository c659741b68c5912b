namespace ElasticSynapse.Serving.Models;

/// <summary>One archive at an address: <c>https://…/model.tar.gz</c>, <c>.tgz</c>, <c>.tar</c> or <c>.zip</c>.</summary>
internal sealed class ArchiveStore(Uri address, StoreHttp http) : ICheckpointStore
{
    private static readonly string[] Extensions = [".tar.gz", ".tgz", ".tar", ".zip"];

    public bool IsArchive => true;

    public static bool IsArchiveName(string path) => Extensions.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    // Asks for one byte: presigned addresses answer GET only.
    public async Task<IReadOnlyList<StoredFile>> ListAsync(CancellationToken cancellation) => await http.TryAsync<IReadOnlyList<StoredFile>>(async token =>
    {
        using var limit = http.Limit(token);
        try
        {
            var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Range = new(0, 0);
            using var response = await http.SendAsync(request, limit.Token);
            var length = response.Content.Headers.ContentRange is { } range ? range.Length : response.Content.Headers.ContentLength;
            var etag = response.Headers.ETag is { IsWeak: false } strong ? strong.Tag : null;
            var version = etag ?? response.Content.Headers.LastModified?.ToString("O") ?? "";
            return [new StoredFile(address.AbsolutePath.Split('/')[^1], length, null, version, address)];
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw http.Silent();
        }
    }, cancellation);

    public Task<HttpRequestMessage> RequestAsync(StoredFile file, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (file.Version.StartsWith('"'))
            request.Headers.TryAddWithoutValidation("If-Match", file.Version);
        return Task.FromResult(request);
    }

    public void Dispose() => http.Dispose();
}
