using System.Security.Cryptography;
using System.Text;

namespace ElasticSynapse.Gateway.Tests.Running;

/// <summary>A keys file of its own, removed with the test.</summary>
internal sealed class KeysFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys-");

    /// <param name="callers">Each with its key, and further members as JSON.</param>
    public KeysFile(params (string Name, string Key, string Limits)[] callers)
    {
        Path = System.IO.Path.Combine(_folder.FullName, "keys.json");
        Write(callers);
    }

    public string Path { get; }

    public void Write(params (string Name, string Key, string Limits)[] callers)
    {
        var entries = callers.Select(caller =>
            $$"""  "{{caller.Name}}": { "sha256": ["{{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(caller.Key)))}}"] {{(caller.Limits.Length > 0 ? "," + caller.Limits : "")}} }""");
        WriteText($$"""{ "callers": { {{string.Join(",\n", entries)}} } }""");
    }

    public void WriteText(string json)
    {
        File.WriteAllText(Path + ".next", json);
        File.Move(Path + ".next", Path, overwrite: true);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
