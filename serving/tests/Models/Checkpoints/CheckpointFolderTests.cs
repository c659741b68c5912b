using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class CheckpointFolderTests
{
    [Theory]
    [InlineData("/models/gpt2", "/models/gpt2")]
    [InlineData("/models/../models/gpt2/", "/models/gpt2/")]
    [InlineData("file:///models/gpt2", "/models/gpt2")]
    [InlineData("FILE:///models/gpt2", "/models/gpt2")]
    [InlineData("file:/models/gpt2", "/models/gpt2")]
    [InlineData("file://localhost/models/gpt2", "/models/gpt2")]
    [InlineData("file:///models/a%20b", "/models/a b")]
    [InlineData("/models/odd:name", "/models/odd:name")]
    public void Resolve_PathOrFileUri_FullPath(string uri, string expected) => Assert.Equal(expected, CheckpointFolder.Resolve(uri));

    [Fact]
    public void Resolve_RelativePath_BelowTheWorkingFolder() =>
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "models", "gpt2"), CheckpointFolder.Resolve("models/gpt2"));

    [Fact]
    public void Existing_NoFolder_SaysWhatIsThere()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("config.json", "{}");
        Assert.Equal(folder.FullPath, CheckpointFolder.Existing(folder.FullPath));
        Assert.Contains("found a file; accepted: a checkpoint folder",
            Assert.Throws<CheckpointException>(() => CheckpointFolder.Existing(file)).Message, StringComparison.Ordinal);
        Assert.Contains("found no such folder; accepted: a checkpoint folder",
            Assert.Throws<CheckpointException>(() => CheckpointFolder.Existing(file + "s")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1557429385", "1557429385")]
    [InlineData("00000123", "00000123")]
    [InlineData("checkpoint/run1", "checkpoint/run1")]
    [InlineData("checkpoint/story-teller", "checkpoint/story-teller")]
    [InlineData("latest", "")]
    public void Existing_ParentOfOneExport_TheExport(string export, string expected)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File(export));
        Directory.CreateDirectory(folder.File("2"));
        folder.Write(export + "/hparams.json", "{}");
        Assert.Equal(Path.TrimEndingDirectorySeparator(folder.File(expected)), CheckpointFolder.Existing(folder.FullPath));
    }

    [Fact]
    public void Existing_GptTwoSimplesCheckpointFolder_ItsRun()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("checkpoint/run1"));
        folder.Write("checkpoint/run1/hparams.json", "{}");
        Assert.Equal(folder.File("checkpoint/run1"), CheckpointFolder.Existing(folder.File("checkpoint")));
        Assert.Equal(folder.File("checkpoint/run1"), CheckpointFolder.Existing(folder.File("checkpoint/run1")));
    }

    // A bucket's prefix ends before the names that its files have here: gs://b/checkpoint.
    [Theory]
    [InlineData("run1/", "run1")]
    [InlineData("checkpoint/run1/", "checkpoint/run1")]
    [InlineData("", "")]
    [InlineData("a/b/c/d/", "a/b/c/d")]
    [InlineData("a/b/c/d/e/", "")]
    public void Within_FetchedFolder_TheOnlyOneThatHoldsACheckpoint(string inside, string expected)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File(inside));
        Directory.CreateDirectory(folder.File("images"));
        folder.Write(inside + "hparams.json", "{}");
        Assert.Equal(Path.TrimEndingDirectorySeparator(folder.File(expected)), CheckpointFolder.Within(folder.FullPath));
    }

    [Theory]
    [InlineData("vocab.txt", "")]
    [InlineData("1557429385/vocab.txt", "1557429385")]
    public void Existing_ExportOfWeightsAlone_TheFolderWithTheVocabulary(string vocabulary, string expected)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("1557429385"));
        folder.Write("1557429385/saved_model.pb", "");
        folder.Write(vocabulary, "[UNK]");
        Assert.Equal(Path.TrimEndingDirectorySeparator(folder.File(expected)), CheckpointFolder.Existing(folder.FullPath));
        Assert.Equal(Path.TrimEndingDirectorySeparator(folder.File(expected)), CheckpointFolder.Within(folder.FullPath));
    }

    [Fact]
    public void Existing_SeveralExports_RefusedByName()
    {
        using var folder = new TemporaryFolder();
        foreach (var export in new[] { "1557429385", "1557429999" })
        {
            Directory.CreateDirectory(folder.File(export));
            folder.Write(export + "/bert_config.json", "{}");
        }
        Assert.Equal($"{folder.FullPath}: found 2 checkpoints below it (1557429385, 1557429999); accepted: one, or the address of one",
            Assert.Throws<CheckpointException>(() => CheckpointFolder.Existing(folder.FullPath)).Message);
    }

    [Theory]
    [InlineData("gs://bucket/gpt2", "scheme gs:")]
    [InlineData("s3://bucket/gpt2", "scheme s3:")]
    [InlineData("hf://gpt2", "scheme hf:")]
    [InlineData("hf:gpt2", "scheme hf:")]
    [InlineData("https://example.org/gpt2", "scheme https:")]
    [InlineData("file://server/share", "a file: URI on host server")]
    [InlineData("file:relative", "a file: URI without an absolute path")]
    [InlineData("", "an empty address")]
    public void Resolve_AnythingElse_RefusedByName(string uri, string expected) =>
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => CheckpointFolder.Resolve(uri)).Message, StringComparison.Ordinal);

    [Fact]
    public void Resolve_OtherScheme_SaysWhatIsAccepted() =>
        Assert.Equal("gs://bucket/gpt2: found scheme gs:; accepted: a path or a file: URI; anything else must be fetched first",
            Assert.Throws<CheckpointException>(() => CheckpointFolder.Resolve("gs://bucket/gpt2")).Message);
}
