using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Answers as Hugging Face's hub does for one model, <c>team/model</c>.</summary>
internal static class HubServer
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    public static StoreServer Model(this StoreServer server, string revision, string commit, params (string Path, byte[] Bytes)[] files)
    {
        server.Json($"/api/models/team/model/revision/{revision}", $$"""{"id":"team/model","sha":"{{commit}}"}""");
        // Two pages, the second through the Link header.
        var tree = $"/api/models/team/model/tree/{commit}";
        var second = Entries(files.Skip(1));
        server.Json(tree + "?recursive=true&cursor=2", second);
        server.Routes[tree + "?recursive=true"] = async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers.Link = $"<{server.Address.ToString().TrimEnd('/')}{tree}?recursive=true&cursor=2>; rel=\"next\"";
            await context.Response.WriteAsync(Entries(files.Take(1)), Encoding.UTF8);
        };
        foreach (var (path, bytes) in files)
            server.With(FilePath(path, commit), bytes);
        return server;
    }

    public static string FilePath(string path, string commit = Commit) => $"/team/model/resolve/{commit}/{path}";

    private static string Entries(IEnumerable<(string Path, byte[] Bytes)> files) => JsonSerializer.Serialize(
        files.Select(f => f.Path.EndsWith(".safetensors", StringComparison.Ordinal) || f.Path.EndsWith(".h5", StringComparison.Ordinal)
            ? new { type = "file", path = f.Path, size = f.Bytes.Length, oid = "pointer", lfs = (object?)new { oid = Convert.ToHexStringLower(SHA256.HashData(f.Bytes)), size = f.Bytes.Length } }
            : new { type = "file", path = f.Path, size = f.Bytes.Length, oid = GitHash(f.Bytes), lfs = (object?)null })
        .Append(new { type = "directory", path = "onnx", size = 0, oid = "tree", lfs = (object?)null }));

#pragma warning disable CA5350 // git's choice
    private static string GitHash(byte[] bytes) => Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));
#pragma warning restore CA5350
}
