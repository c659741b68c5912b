using System.ComponentModel.DataAnnotations;
using ElasticSynapse.Gateway.Admin;

namespace ElasticSynapse.Gateway.Tests.Admin;

public sealed class AdminOptionsTests
{
    [Theory]
    [InlineData("http://+:8090")] // as in the image and the chart
    [InlineData("http://*:8090")]
    [InlineData("http://127.0.0.1:8090")]
    [InlineData("http://[::1]:8090/")]
    [InlineData(null)]
    public void Validate_AddressToListenOn_FindsNoMistake(string? url) =>
        Assert.Empty(Mistakes(url));

    [Theory]
    [InlineData("8090")]
    [InlineData("+:8090")]
    [InlineData("https://+:8090")]
    [InlineData("http://+:8090/admin")]
    [InlineData("http://+:80900")]
    [InlineData("http://")]
    public void Validate_OtherAddress_TellsWhatItMustBe(string url) =>
        Assert.StartsWith("must be an http address to listen on", Assert.Single(Mistakes(url)).ErrorMessage, StringComparison.Ordinal);

    private static IEnumerable<ValidationResult> Mistakes(string? url)
    {
        var options = new AdminOptions { Url = url };
        return options.Validate(new ValidationContext(options));
    }
}
