using System.Text.Json.Nodes;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Google's BERT of the fixtures in a folder of its own, changed in one respect.</summary>
internal sealed class GoogleExportCopy : IDisposable
{
    public static readonly string Fixture = RepositoryFiles.Data("huggingface", "tf-bert", "1557429385");

    private readonly TemporaryFolder _folder = new();
    private readonly string _variables;

    /// <param name="export">The folder of the graph and the variables; the other files are in <see cref="FullPath"/> itself.</param>
    public GoogleExportCopy(string export = ".")
    {
        Directory.CreateDirectory(File(Path.Combine(export, "variables")));
        foreach (var file in Directory.GetFiles(Fixture))
            System.IO.File.Copy(file, File(Path.GetFileName(file) == "saved_model.pb" ? Path.Combine(export, "saved_model.pb") : Path.GetFileName(file)));
        _variables = Path.Combine(export, "variables", "variables");
        foreach (var file in Directory.GetFiles(Path.Combine(Fixture, "variables")))
            System.IO.File.Copy(file, File(Path.Combine(export, "variables", Path.GetFileName(file))));
    }

    public string FullPath => _folder.FullPath;

    public string File(string name) => _folder.File(name);

    public GoogleExportCopy Without(string name)
    {
        System.IO.File.Delete(File(name));
        return this;
    }

    public GoogleExportCopy Configure(string member, JsonNode? value)
    {
        var config = JsonNode.Parse(System.IO.File.ReadAllText(File("bert_config.json")))!.AsObject();
        config[member] = value;
        _folder.Write("bert_config.json", config.ToJsonString());
        return this;
    }

    public void Dispose() => _folder.Dispose();
}
