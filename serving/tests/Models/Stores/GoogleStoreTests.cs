using System.Buffers.Binary;
using System.Globalization;
using ElasticSynapse.Serving.Models;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Against a server that speaks Cloud Storage's JSON API: objects.list in pages, objects.get with alt=media.</summary>
public sealed class GoogleStoreTests : IAsyncLifetime, IDisposable
{
    private const string Address = "gs://bucket/exports/1557429385";

    private readonly StoreTestFolder _folder = new();
    private StoreServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await StoreServer.StartAsync();
        _folder.Settings = _folder.Settings with { GoogleEndpoint = _server.Address };
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fetch_Folder_FilesBelowThePrefix()
    {
        var data = StoreTestFolder.Bytes(2_500);
        List(("exports/1557429385/", []), ("exports/1557429385/bert_config.json", "{}"u8.ToArray()), ("exports/1557429385/variables/variables.data-00000-of-00001", data),
            ("exports/1557429385/variables/variables.index", [1, 2]));
        var folder = await _folder.FetchAsync(Address);
        Assert.Equal(["bert_config.json", "variables/variables.data-00000-of-00001", "variables/variables.index"], StoreTestFolder.FilesIn(folder));
        Assert.Equal(data, await File.ReadAllBytesAsync(Path.Combine(folder, "variables", "variables.data-00000-of-00001")));
        Assert.All(_server.Requests, r => Assert.Equal("", r.Authorization)); // an emulator is asked without credentials
        Assert.Contains("prefix=exports%2F1557429385%2F", _server.Requests.First().Query, StringComparison.Ordinal);
        Assert.Contains("alt=media&generation=17", _server.AskedFor("/storage/v1/b/bucket/o/exports/1557429385/bert_config.json").Single().Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_OtherBytesThanTheChecksum_Refused()
    {
        List(("exports/1557429385/config.json", "{}"u8.ToArray()));
        _server.With("/storage/v1/b/bucket/o/exports/1557429385/config.json", "[]"u8.ToArray());
        Assert.Contains("found config.json with Crc32C", await _folder.RefusedAsync(Address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_NothingBelowThePrefix_Refused()
    {
        _server.Json("/storage/v1/b/bucket/o", """{"kind":"storage#objects"}""");
        Assert.Contains("found no files; accepted: a folder that holds a checkpoint", await _folder.RefusedAsync(Address), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "credentials that may read it")]
    [InlineData(404, "a model that is there")]
    public async Task Fetch_Refusal_OneLine(int status, string expected)
    {
        _server.Fail("/storage/v1/b/bucket/o", status);
        Assert.Contains(expected, await _folder.RefusedAsync(Address), StringComparison.Ordinal);
    }

    // Each object on a page of its own.
    private void List(params (string Name, byte[] Bytes)[] objects)
    {
        _server.Routes["/storage/v1/b/bucket/o"] = async context =>
        {
            var page = int.Parse(context.Request.Query["pageToken"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
            var crc = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32C.Append(0, objects[page].Bytes));
            await context.Response.WriteAsJsonAsync(new
            {
                kind = "storage#objects",
                nextPageToken = page + 1 < objects.Length ? (page + 1).ToString(CultureInfo.InvariantCulture) : null,
                items = new[] { new { name = objects[page].Name, size = objects[page].Bytes.Length.ToString(CultureInfo.InvariantCulture), generation = "17", crc32c = Convert.ToBase64String(crc) } },
            });
        };
        foreach (var (name, bytes) in objects)
            _server.With($"/storage/v1/b/bucket/o/{name}", bytes);
    }
}
