using ElasticSynapse.Gateway.Telemetry;

namespace ElasticSynapse.Gateway.Tests.Telemetry;

public sealed class RouteNameTests
{
    [Theory]
    [InlineData("/v1/completions", "/v1/completions")]
    [InlineData("/V1/COMPLETIONS/", "/v1/completions")] // one series, however it is written
    [InlineData("/", "/")]
    [InlineData("/docs", "/docs")]
    [InlineData("/docs/swagger-ui.css", "/docs")]
    [InlineData("/v1/models/gpt2", "/v1/models/{model}")]
    [InlineData("/V1/Models/anything:predict", "/v1/models/{model}")]
    [InlineData("/v2/models/gpt2/infer", "/v2/models/{model}")]
    [InlineData("/made-up", "other")]
    [InlineData("/v1/completions/made-up", "other")]
    public void Of_AnyPath_IsOneOfFew(string path, string expected) => Assert.Equal(expected, RouteName.Of(path));
}
