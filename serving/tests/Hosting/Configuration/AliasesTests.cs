using ElasticSynapse.Serving.Hosting.Configuration;
using Microsoft.Extensions.Configuration;

namespace ElasticSynapse.Serving.Tests.Hosting.Configuration;

public sealed class AliasesTests
{
    [Theory]
    [InlineData("0.5", null, "0.5")]
    [InlineData("0.5", "0.7", "0.7")]
    [InlineData(null, "0.7", "0.7")]
    [InlineData(null, null, null)]
    public void AddAliases_OwnName_WinsOverTheAlias(string? alias, string? own, string? expected)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["TEMPERATURE"] = alias, ["Predict:Temperature"] = own }.Where(pair => pair.Value is not null));
        configuration.AddAliases(("TEMPERATURE", "Predict:Temperature"));
        Assert.Equal(expected, configuration["Predict:Temperature"]);
    }
}
