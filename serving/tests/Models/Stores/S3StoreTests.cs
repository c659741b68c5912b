using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Against a server that speaks S3's REST API: ListObjectsV2 in pages, GetObject with presigned addresses.</summary>
public sealed class S3StoreTests : IAsyncLifetime, IDisposable
{
    private const string Address = "s3://bucket/models/gpt2";

    private readonly StoreTestFolder _folder = new();
    private StoreServer _server = null!;

    public async Task InitializeAsync()
    {
        // Read by the SDK's default chain; no other test uses it.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "secret");
        _server = await StoreServer.StartAsync();
        _folder.Settings = _folder.Settings with { S3Endpoint = _server.Address };
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fetch_Folder_SignedAndVerified()
    {
        var weights = StoreTestFolder.Bytes(2_500);
        List(("models/gpt2/config.json", "{}"u8.ToArray()), ("models/gpt2/model.safetensors", weights));
        var folder = await _folder.FetchAsync(Address);
        Assert.Equal(["config.json", "model.safetensors"], StoreTestFolder.FilesIn(folder));
        Assert.Equal(weights, await File.ReadAllBytesAsync(Path.Combine(folder, "model.safetensors")));
        Assert.All(_server.AskedFor("/bucket/models/gpt2/model.safetensors"), r => Assert.Contains("X-Amz-Signature=", r.Query, StringComparison.Ordinal));
        Assert.StartsWith("AWS4-HMAC-SHA256", _server.Requests.First().Authorization, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_OtherBytesThanTheETag_Refused()
    {
        List(("models/gpt2/config.json", "{}"u8.ToArray()));
        _server.With("/bucket/models/gpt2/config.json", "[]"u8.ToArray());
        Assert.Contains("found config.json with Md5", await _folder.RefusedAsync(Address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_EncryptedWithKms_ETagIsNoChecksum()
    {
        List(("models/gpt2/config.json", "{}"u8.ToArray()));
        _server.Routes["/bucket/models/gpt2/config.json"] = context =>
        {
            context.Response.Headers["x-amz-server-side-encryption"] = "aws:kms";
            return context.Response.WriteAsync("[]");
        };
        Assert.Equal(["config.json"], StoreTestFolder.FilesIn(await _folder.FetchAsync(Address)));
    }

    [Theory]
    [InlineData(403, "AccessDenied")]
    [InlineData(404, "NoSuchBucket")]
    public async Task Fetch_Refusal_OneLine(int status, string code)
    {
        _server.Routes["/bucket"] = _server.Routes["/bucket/"] = context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/xml";
            return context.Response.WriteAsync($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>No.</Message></Error>");
        };
        Assert.Contains($"found {status} {code} (No.); accepted: a bucket that is there", await _folder.RefusedAsync(Address), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, "TooManyRequests")]
    [InlineData(503, "SlowDown")]
    public async Task Fetch_ListThatIsBusy_TriedAgain(int status, string code)
    {
        List(("models/gpt2/config.json", "{}"u8.ToArray()));
        var list = _server.Routes["/bucket/"];
        var asked = 0;
        _server.Routes["/bucket"] = _server.Routes["/bucket/"] = context =>
        {
            if (Interlocked.Increment(ref asked) > 2)
                return list(context);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/xml";
            return context.Response.WriteAsync($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>Later.</Message></Error>");
        };
        Assert.Equal(["config.json"], StoreTestFolder.FilesIn(await _folder.FetchAsync(Address)));
    }

    // Each object on a page of its own.
    private void List(params (string Key, byte[] Bytes)[] objects)
    {
        _server.Routes["/bucket"] = _server.Routes["/bucket/"] = async context =>
        {
            Assert.Equal("models/gpt2/", context.Request.Query["prefix"]);
            var page = context.Request.Query["continuation-token"] is [{ } token] ? int.Parse(token, System.Globalization.CultureInfo.InvariantCulture) : 0;
            var isLast = page == objects.Length - 1;
            var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                + $"<Name>bucket</Name><KeyCount>1</KeyCount><IsTruncated>{(isLast ? "false" : "true")}</IsTruncated>"
                + (isLast ? "" : $"<NextContinuationToken>{page + 1}</NextContinuationToken>")
                + $"<Contents><Key>{objects[page].Key}</Key><ETag>&quot;{ETag(objects[page].Bytes)}&quot;</ETag><Size>{objects[page].Bytes.Length}</Size></Contents></ListBucketResult>";
            context.Response.ContentType = "application/xml";
            await context.Response.WriteAsync(xml);
        };
        foreach (var (key, bytes) in objects)
            _server.With($"/bucket/{key}", bytes);
    }

#pragma warning disable CA5351 // S3's choice
    private static string ETag(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351
}
