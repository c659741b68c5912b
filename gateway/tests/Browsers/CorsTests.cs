using System.Net;
using ElasticSynapse.Gateway.Browsers;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Browsers;

public sealed class CorsTests
{
    private const string App = "https://app.example";

    [Fact]
    public async Task Preflight_AllowedOrigin_IsAnsweredWithoutAKeyOrTheReplica()
    {
        var asked = false;
        await using var upstream = await Upstream.StartAsync(context =>
        {
            asked = true;
            return context.Response.WriteAsync("{}");
        });
        using var keys = new KeysFile(("app", "key", ""));
        await using var gateway = new RunningGateway(
            upstream.Address, null, ("Cors:AllowedOrigins", $"https://other.example, {App}"), ("Cors:MaxAge", "00:02:00"), ("Callers:KeysFile", keys.Path));

        using var answer = await PreflightAsync(gateway, App);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal([App], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["authorization,content-type"], answer.Headers.GetValues("Access-Control-Allow-Headers"));
        Assert.Equal(["POST"], answer.Headers.GetValues("Access-Control-Allow-Methods"));
        Assert.Equal(["120"], answer.Headers.GetValues("Access-Control-Max-Age"));
        Assert.False(asked);
    }

    [Fact]
    public async Task Preflight_NoOriginsConfigured_IsTheServicesToAnswerWithoutAKey()
    {
        await using var upstream = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            context.Response.Headers.AccessControlAllowOrigin = "*";
            return Task.CompletedTask;
        });
        using var keys = new KeysFile(("app", "key", ""));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        using var preflight = await PreflightAsync(gateway, App);
        using var options = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/v1/completions"));

        Assert.Equal((HttpStatusCode.NoContent, "*"), (preflight.StatusCode, preflight.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        Assert.Equal(HttpStatusCode.Unauthorized, options.StatusCode);
    }

    [Fact]
    public async Task Preflight_OtherOrigin_AllowsNothing()
    {
        await using var upstream = await Upstream.StartAsync("{}");
        await using var gateway = new RunningGateway(upstream.Address, null, ("Cors:AllowedOrigins", App));

        using var answer = await PreflightAsync(gateway, "https://evil.example");

        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Post_AllowedOrigin_PageMayReadAnswersAndErrors()
    {
        await using var upstream = await Upstream.StartAsync("{}");
        using var keys = new KeysFile(("app", "key", ""));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Cors:AllowedOrigins", "*"), ("Callers:KeysFile", keys.Path));

        using var served = await PostAsync(gateway, "key");
        using var refused = await PostAsync(gateway, "wrong");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (served.StatusCode, refused.StatusCode));
        foreach (var answer in new[] { served, refused })
        {
            Assert.Equal(["*"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
            var exposed = Assert.Single(answer.Headers.GetValues("Access-Control-Expose-Headers"));
            Assert.All(new[] { "x-request-id", "x-cold-start", "x-gateway-overhead-ms" }, name => Assert.Contains(name, exposed, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Post_NoOriginsConfigured_SaysNothing()
    {
        await using var upstream = await Upstream.StartAsync("{}");
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await PostAsync(gateway, "key");

        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("app.example", "'app.example' must be * or an origin such as https://app.example, without a path")]
    [InlineData("https://app.example/", "'https://app.example/' must be * or an origin such as https://app.example, without a path")]
    [InlineData("https://a.example,*", "* is any origin; the others beside it have no effect")]
    public void Validate_WrongOrigins_SaysWhatIsAccepted(string origins, string mistake) =>
        Assert.Equal(mistake, Assert.Single(new CorsOptions { AllowedOrigins = origins }.Validate(null!)).ErrorMessage);

    private static Task<HttpResponseMessage> PreflightAsync(RunningGateway gateway, string origin) => gateway.Client.SendAsync(
        new HttpRequestMessage(HttpMethod.Options, "/v1/completions")
        {
            Headers =
            {
                { "Origin", origin },
                { "Access-Control-Request-Method", "POST" },
                { "Access-Control-Request-Headers", "authorization,content-type" },
            },
        });

    private static Task<HttpResponseMessage> PostAsync(RunningGateway gateway, string key) => gateway.Client.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
        {
            Headers = { { "Origin", App }, { "Authorization", $"Bearer {key}" } },
            Content = new StringContent("{}"),
        });
}
