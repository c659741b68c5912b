using ElasticSynapse.Serving.Hosting.Configuration;
using ElasticSynapse.Serving.Hosting.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace ElasticSynapse.Serving.Tests.Hosting.Model;

public sealed class BucketNameTests
{
    [Theory]
    [InlineData("blurb", "gs://blurb")]
    [InlineData("blurb/gpt2", "gs://blurb/gpt2")]
    [InlineData("gs://blurb", "gs://blurb")]
    public void AddBucketName_NoUri_BucketOfGoogle(string bucket, string expected)
    {
        var (options, reader) = Read(new() { ["BUCKET_NAME"] = bucket });
        reader.ThrowIfMistaken();
        Assert.Equal(expected, options.Uri);
    }

    [Fact]
    public void AddBucketName_SameUri_Accepted()
    {
        var (options, reader) = Read(new() { ["BUCKET_NAME"] = "blurb", ["Model:Uri"] = "gs://blurb" });
        reader.ThrowIfMistaken();
        Assert.Equal("gs://blurb", options.Uri);
    }

    [Fact]
    public void AddBucketName_OtherUri_AMistake()
    {
        var (_, reader) = Read(new() { ["BUCKET_NAME"] = "blurb", ["Model:Uri"] = "/models/gpt2" });
        Assert.Equal(["BUCKET_NAME='blurb' means Model__Uri='gs://blurb', but Model__Uri='/models/gpt2'; set one of them"],
            Assert.Throws<ConfigurationException>(reader.ThrowIfMistaken).Mistakes);
    }

    private static (ModelOptions Options, OptionsReader Reader) Read(Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings);
        var reader = new OptionsReader(builder.Configuration);
        builder.AddBucketName(reader);
        return (reader.Read<ModelOptions>("Model"), reader);
    }
}
