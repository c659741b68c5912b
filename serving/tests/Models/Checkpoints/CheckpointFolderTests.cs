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
        Assert.Equal("gs://bucket/gpt2: found scheme gs:; accepted: only plain paths and file: URIs in this version",
            Assert.Throws<CheckpointException>(() => CheckpointFolder.Resolve("gs://bucket/gpt2")).Message);
}
