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
    public void Identity_NoNameGiven_IsTheFoldersHoweverItIsWritten(string uri) =>
        Assert.Equal("gpt2", new ModelOptions { Uri = uri }.Identity.Name);
}
