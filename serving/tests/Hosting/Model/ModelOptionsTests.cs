using ElasticSynapse.Serving.Hosting.Model;

namespace ElasticSynapse.Serving.Tests.Hosting.Model;

public sealed class ModelOptionsTests
{
    [Theory]
    [InlineData("/models/gpt2")]
    [InlineData("/models/gpt2/")]
    [InlineData("/models/gpt2//")]
    [InlineData("/models/gpt2/.")]
    [InlineData("/models/other/../gpt2")]
    [InlineData("gpt2")]
    [InlineData("./gpt2/")]
    [InlineData("file:///models/gpt2")]
    [InlineData("file:///models/gpt2/")]
    [InlineData("file:/models/gpt2")]
    [InlineData("hf://openai-community/gpt2")]
    [InlineData("hf://gpt2@607a30d")]
    [InlineData("gs://bucket/exports/gpt2/")]
    [InlineData("s3://gpt2")]
    [InlineData("https://host/models/gpt2.tar.gz?X-Amz-Signature=a/b@c")]
    [InlineData("https://host/gpt2.ZIP")]
    public void Identity_NoNameGiven_IsTheFoldersHoweverItIsWritten(string uri) =>
        Assert.Equal("gpt2", new ModelOptions { Uri = uri }.Identity.Name);

    [Theory]
    [InlineData("/models/My Model (1)", "My-Model--1-")]
    [InlineData("/models/.modèle", "mod-le")]
    [InlineData("/models/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Identity_FolderNameThatIsNoModelName_IsMadeOne(string uri, string name) =>
        Assert.Equal(name, new ModelOptions { Uri = uri }.Identity.Name);

    [Theory]
    [InlineData("/")]
    [InlineData("/models/---")]
    public void Validate_NoNameInTheFolder_AsksForOne(string uri) =>
        Assert.Contains("set Model__Name", Assert.Single(new ModelOptions { Uri = uri }.Validate(null!)).ErrorMessage, StringComparison.Ordinal);
}
