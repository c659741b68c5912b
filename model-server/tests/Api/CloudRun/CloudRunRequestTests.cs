using ElasticSynapse.ModelServer.Api;
using ElasticSynapse.ModelServer.Api.CloudRun;

namespace ElasticSynapse.ModelServer.Tests.Api.CloudRun;

public class CloudRunRequestTests
{
    [Fact]
    public void Read_NothingGiven_HasTheProfilesDefaults()
    {
        var nothing = new LooseFields(_ => null);
        Assert.Equal(
            new CloudRunRequest { Length = 100, Temperature = 0.7f, TopK = 0, TopP = 0, Prefix = "<|startoftext|>", Truncate = "<|endoftext|>", IncludePrefix = true },
            CloudRunRequest.Read(nothing, CloudRunProfile.Minimaxir));
        Assert.Equal(
            new CloudRunRequest { Length = 1023, Temperature = 0.7f, TopK = 0, TopP = 0, Prefix = null, Truncate = "\n", IncludePrefix = true },
            CloudRunRequest.Read(nothing, CloudRunProfile.Addadda023));
    }

    [Theory]
    [InlineData("b c", "a ", "c", true, "a b ")]
    [InlineData("b c", "a ", "c", false, "b ")]
    [InlineData("b c", "a ", "x", false, "a b c")]
    [InlineData("b c", "a ", null, false, "a b c")]
    [InlineData("b c", null, "c", false, "b ")]
    // Begins in the prefix and ends behind it.
    [InlineData("b c", "a ", " b", true, "a")]
    [InlineData("b a", "a ", "a", true, "")]
    [InlineData("\n\nb\nc", null, "c", true, "b\n")]
    [InlineData("\n b", "\n", "x", true, " b")]
    public void Shown_TruncateAndPrefix_AreCutAsGpt2SimpleDoes(string generated, string? prefix, string? truncate, bool includePrefix, string expected) =>
        Assert.Equal(expected, CloudRunText.Shown(generated, new CloudRunRequest
        {
            Length = 1, Temperature = 1, TopK = 0, TopP = 0, Prefix = prefix, Truncate = truncate, IncludePrefix = includePrefix,
        }));
}
