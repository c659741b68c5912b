using System.Formats.Tar;
using ElasticSynapse.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Classifier.Tests.Process;

/// <summary>The fixture model in every folder that other software writes: the service answers as Hugging Face.</summary>
public sealed class FormatTests
{
    [Theory]
    [InlineData("tf-bert")] // a parent with one numbered export
    [InlineData("tf-bert/1557429385")]
    public async Task Classify_GoogleExport_ScoresOfHuggingFace(string uri)
    {
        await using var server = ClassifierServer.Start(new() { ["Model:Uri"] = RepositoryFiles.Data(["huggingface", .. uri.Split('/')]) });
        // Google tries words of up to 200 characters, Hugging Face, which computed the goldens, of up to 100.
        await AssertGoldensAsync(server, Golden.Of(128).Where(golden => golden.Text.Split(' ').All(word => word.Length <= 100)));
    }

    [Fact]
    public async Task Classify_PyTorchBin_ScoresOfHuggingFace()
    {
        using var checkpoint = new CheckpointCopy("bert").Without("model.safetensors");
        File.Copy(RepositoryFiles.Data("huggingface", "pytorch-bert", "pytorch_model.bin"), Path.Combine(checkpoint.Folder, "pytorch_model.bin"));
        await using var server = ClassifierServer.Start(new() { ["Model:Uri"] = checkpoint.Folder });
        await AssertGoldensAsync(server, Golden.Of(128));
    }

    [Fact]
    public async Task Classify_ArchiveAtAnAddress_FetchedOnceThenServedFromTheCache()
    {
        using var cache = new CheckpointCopy("bert").Without("model.safetensors"); // any folder of the test's own
        var archive = Path.Combine(cache.Folder, "tf-bert.tar");
        TarFile.CreateFromDirectory(RepositoryFiles.Data("huggingface", "tf-bert"), archive, includeBaseDirectory: false);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var store = builder.Build();
        store.MapGet("/models/tf-bert.tar", () => Results.File(archive, enableRangeProcessing: true));
        await store.StartAsync();

        var settings = new Dictionary<string, string>
        {
            ["Model:Uri"] = $"{store.Urls.Single()}/models/tf-bert.tar",
            ["Model:CacheDirectory"] = Path.Combine(cache.Folder, "cache"),
        };
        await using (var server = ClassifierServer.Start(settings))
            await AssertGoldensAsync(server, Golden.Of(128).Take(3));
        await store.StopAsync();
        await using var warm = ClassifierServer.Start(settings);
        await AssertGoldensAsync(warm, Golden.Of(128).Take(3));
    }

    private static async Task AssertGoldensAsync(ClassifierServer server, IEnumerable<Golden> goldens)
    {
        foreach (var golden in goldens)
        {
            var answer = await server.AnswerAsync("/classify", new { text = golden.Text, allow_special = true });
            Golden.AssertClose(golden.Scores, Golden.ScoresOf(answer));
        }
    }
}
