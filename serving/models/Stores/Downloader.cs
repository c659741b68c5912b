using System.Net;
using Microsoft.Win32.SafeHandles;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Fetches files of any store: in parts side by side, each going on where its connection was cut, and each file verified
/// against the store's checksum before it counts as whole.
/// </summary>
internal sealed class Downloader(
    string owner, ICheckpointStore store, StoreHttp http, StoreSettings settings, DownloadMeter meter) : IDisposable
{
    private const int BufferBytes = 1 << 17;
    private const int ChecksumTries = 2;

    private readonly SemaphoreSlim _connections = new(settings.Connections);

    public void Dispose() => _connections.Dispose();

    /// <summary>Fetches a file unless it is there already.</summary>
    /// <param name="path">Where to; parts and journal lie beside it until it is whole.</param>
    /// <exception cref="CheckpointException">The store refuses or keeps failing, or the bytes are not what it says.</exception>
    public async Task FetchAsync(StoredFile file, string path, CancellationToken cancellation)
    {
        if (PartJournal.IsWhole(path))
        {
            meter.Keep(file.Length ?? 0);
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var tries = 1; ; tries++)
        {
            using var journal = PartJournal.Open(path, settings.PartBytes);
            var hasMd5 = await FetchPartsAsync(file, path, journal, cancellation);
            var found = file.Checksum is null || (file.Checksum.Algorithm == ChecksumAlgorithm.Md5 && !hasMd5)
                ? null
                : await file.Checksum.OfAsync(path, cancellation);
            if (found is null || found == file.Checksum!.Value)
            {
                journal.Delete();
                return;
            }
            // In this order: a file without a journal would count as whole.
            File.Delete(path);
            journal.Delete();
            if (tries == ChecksumTries)
                throw Refusal.Of(owner, $"{file.Path} with {file.Checksum!.Algorithm} {found}", $"{file.Checksum.Value}, as the store says");
        }
    }

    // Returns whether an MD5 that the store gave is one: with a key of KMS it is not.
    private async Task<bool> FetchPartsAsync(StoredFile file, string path, PartJournal journal, CancellationToken cancellation)
    {
        using var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        Part[] parts = file.Length is { } length ? [.. Parts(length)] : [new Part(0, null)];
        foreach (var part in parts.Where(p => journal.Has(p.Start)))
            meter.Keep(part.Length ?? 0);
        Part[] missing = [.. parts.Where(p => !journal.Has(p.Start))];
        if (missing.Length == 0)
            return true;

        // The first part tells whether the server knows ranges; one that does not sends the whole file at once.
        var first = await FetchPartAsync(file, missing[0], handle, cancellation);
        if (first.HasRanges)
        {
            journal.Add(missing[0].Start);
            await Task.WhenAll(missing.Skip(1).Select(async part =>
            {
                await FetchPartAsync(file, part, handle, cancellation);
                journal.Add(part.Start);
            }));
        }
        if (file.Length is { } expected && RandomAccess.GetLength(handle) != expected)
            RandomAccess.SetLength(handle, expected);
        return first.HasMd5;
    }

    private IEnumerable<Part> Parts(long length)
    {
        for (long start = 0; start == 0 || start < length; start += settings.PartBytes)
            yield return new Part(start, Math.Min(settings.PartBytes, length - start));
    }

    private async Task<(bool HasRanges, bool HasMd5)> FetchPartAsync(StoredFile file, Part part, SafeFileHandle handle, CancellationToken cancellation)
    {
        await _connections.WaitAsync(cancellation);
        try
        {
            long received = 0; // of the part; what a cut connection brought stays
            return await http.TryAsync(async token =>
            {
                while (true)
                {
                    var before = received;
                    try
                    {
                        return await ReceiveAsync(file, part, handle, () => received, bytes => received += bytes, token);
                    }
                    catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException && received > before)
                    {
                        // Cut, but further than before: go on at once. A connection that brings nothing is a failed try.
                    }
                }
            }, cancellation);
        }
        finally
        {
            _connections.Release();
        }
    }

    private async Task<(bool HasRanges, bool HasMd5)> ReceiveAsync(
        StoredFile file, Part part, SafeFileHandle handle, Func<long> received, Action<int> add, CancellationToken cancellation)
    {
        using var limit = http.Limit(cancellation);
        try
        {
            using var request = await store.RequestAsync(file, limit.Token);
            var from = part.Start + received();
            if (part.Length == 0)
                return (true, true);
            // A server that knows no ranges may have sent more than the part before it was cut.
            long? end = part.Start + part.Length is { } partEnd && partEnd > from ? partEnd : file.Length;
            if (part.Length != file.Length || from > 0)
                request.Headers.Range = new(from, end - 1);
            using var response = await http.SendAsync(request, limit.Token);
            var isWhole = response.StatusCode != HttpStatusCode.PartialContent;
            if (!isWhole && response.Content.Headers.ContentRange?.From != from)
                throw new HttpRequestException($"the range {response.Content.Headers.ContentRange} was sent instead of one from {from}");
            await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
            await CopyAsync(body, handle, from, skip: isWhole ? from : 0, isWhole ? file.Length : end, add, limit);
            return (!isWhole || part.Length == file.Length, HasMd5(response));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw http.Silent();
        }
    }

    private async Task CopyAsync(
        Stream body, SafeFileHandle handle, long position, long skip, long? end, Action<int> add, CancellationTokenSource limit)
    {
        var buffer = new byte[BufferBytes];
        while (end is null || position < end)
        {
            limit.CancelAfter(settings.Silence);
            var wanted = (int)Math.Min(buffer.Length, skip > 0 ? skip : end - position ?? buffer.Length);
            var read = await body.ReadAsync(buffer.AsMemory(0, wanted), limit.Token);
            if (read == 0)
            {
                if (end is null && skip == 0)
                    return;
                throw new IOException($"the connection was closed at byte {position} of {end}");
            }
            if (skip > 0)
            {
                skip -= read;
                continue;
            }
            Write(handle, buffer.AsSpan(0, read), position);
            position += read;
            add(read);
            meter.Add(read);
        }
    }

    private void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long position)
    {
        try
        {
            RandomAccess.Write(handle, bytes, position);
        }
        catch (IOException e)
        {
            throw Refusal.Of(owner, $"no way to write ({e.Message})", "room in Model__CacheDirectory", e);
        }
    }

    private static bool HasMd5(HttpResponseMessage response) =>
        !response.Headers.TryGetValues("x-amz-server-side-encryption", out var keys) || !keys.Any(k => k.StartsWith("aws:kms", StringComparison.Ordinal));

    /// <param name="Length">Null: to the end, wherever that is.</param>
    private sealed record Part(long Start, long? Length);
}
