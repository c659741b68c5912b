using System.Net;
using System.Text.Json;
using ElasticSynapse.Gateway.Tests.Running;

namespace ElasticSynapse.Gateway.Tests.Health;

public sealed class ModelReadinessTests
{
    [Fact]
    public async Task Readyz_BothUpstreamsReady_Answers200()
    {
        await using var upstream = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/readyz" ? 200 : 500;
            return Task.CompletedTask;
        }, probes: true);
        await using var gateway = new RunningGateway(upstream.Address);

        using var answer = await gateway.Client.GetAsync("/readyz");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("""{"status":"ok"}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Readyz_OneUpstreamNotReady_NamesItAndFollowsItAtOnce()
    {
        var status = 503;
        await using var generator = await Upstream.StartAsync("ready");
        await using var classifier = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = Volatile.Read(ref status);
            return Task.CompletedTask;
        }, probes: true);
        await using var gateway = new RunningGateway(generator.Address, classifier.Address);

        var failing = await FailingAsync(gateway);
        Assert.Equal(["classifier"], failing.Keys);
        Assert.Equal($"the classifier at {classifier.Address}readyz answers 503", failing["classifier"]);

        Volatile.Write(ref status, 200);
        using var answer = await gateway.Client.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Readyz_UpstreamsDown_NamesBothWhileLivezAnswers200()
    {
        using var generator = new ClosedPort();
        using var classifier = new ClosedPort();
        await using var gateway = new RunningGateway(generator.Address, classifier.Address);

        var failing = await FailingAsync(gateway);
        using var livez = await gateway.Client.GetAsync("/livez");

        Assert.Equal(["classifier", "generator"], failing.Keys.Order(StringComparer.Ordinal));
        Assert.StartsWith($"the generator at {generator.Address}readyz can't be reached: ", failing["generator"], StringComparison.Ordinal);
        Assert.StartsWith($"the classifier at {classifier.Address}readyz can't be reached: ", failing["classifier"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, livez.StatusCode);
    }

    [Fact]
    public async Task Readyz_UpstreamSilent_GivesUpAndSaysSo()
    {
        await using var generator = await Upstream.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted), probes: true);
        await using var classifier = await Upstream.StartAsync("ready");
        await using var gateway = new RunningGateway(generator.Address, classifier.Address);

        var failing = await FailingAsync(gateway);

        Assert.Equal($"the generator at {generator.Address}readyz does not answer within 2 s", failing["generator"]);
    }

    private static async Task<Dictionary<string, string>> FailingAsync(RunningGateway gateway)
    {
        using var answer = await gateway.Client.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("not ready", body.RootElement.GetProperty("status").GetString());
        return body.RootElement.GetProperty("failing").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!);
    }
}
