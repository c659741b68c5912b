using System.Text.Json;

namespace ElasticSynapse.Gateway.Tests.Running;

/// <summary>A catalogue in a file of its own, removed with the test.</summary>
internal sealed class CatalogueFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("catalogue-");

    public CatalogueFile(string json)
    {
        Path = System.IO.Path.Combine(_folder.FullName, "catalogue.json");
        Write(json);
    }

    public string Path { get; }

    /// <summary>One generator, gpt2, with these versions.</summary>
    public static CatalogueFile OfGpt2(params FileVersion[] versions) => new(Gpt2(versions));

    public static string Gpt2(params FileVersion[] versions) => JsonSerializer.Serialize(new
    {
        models = new { gpt2 = new { kind = "generator", versions = versions.ToDictionary(version => version.Version, Json) } },
    });

    /// <summary>Swaps the file as a ConfigMap is swapped: at once.</summary>
    public void Write(string json)
    {
        var next = Path + ".next";
        File.WriteAllText(next, json);
        File.Move(next, Path, overwrite: true);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static object Json(FileVersion version) => new
    {
        weight = version.Weight,
        labels = version.Labels ?? [],
        replicas = version.Replicas.Select(replica => replica.AbsoluteUri),
    };
}
