using System.Diagnostics;
using System.Net;
using ElasticSynapse.Gateway.Tests.Running;
using ElasticSynapse.Tests;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Callers;

public sealed class CallersTests
{
    private const string Ada = "key-of-ada-0123456789";
    private const string Bob = "key-of-bob-0123456789";

    [Fact]
    public async Task Send_RightKey_IsForwardedWithoutIt()
    {
        var authorization = "none seen";
        await using var upstream = await Upstream.StartAsync(context =>
        {
            authorization = context.Request.Headers.Authorization.ToString();
            return context.Response.WriteAsync("ok");
        });
        using var keys = new KeysFile(("ada", Ada, ""));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        using var answer = await gateway.SendAsync(Ada);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("", authorization);
    }

    [Theory]
    [InlineData(null, "an API key is needed, as the header 'Authorization: Bearer <key>'")]
    [InlineData("Basic YWRhOmFkYQ==", "an API key is needed, as the header 'Authorization: Bearer <key>'")]
    [InlineData("Bearer key-of-ada-012345678", "the API key is not known here")]
    [InlineData("Bearer key-of-ada-01234567890", "the API key is not known here")]
    [InlineData("Bearer ", "an API key is needed, as the header 'Authorization: Bearer <key>'")]
    public async Task Send_WrongOrNoKey_Is401OnEveryPathButTheProbes(string? authorization, string message)
    {
        await using var upstream = await Upstream.StartAsync("reached");
        using var keys = new KeysFile(("ada", Ada, ""));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        foreach (var path in new[] { "/v1/completions", "/v1/models", "/metrics", "/nowhere" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }
            using var answer = await gateway.Client.SendAsync(request);
            Assert.Equal(message, await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.Unauthorized, "invalid_request_error", "invalid_api_key"));
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        }
        using var probe = await gateway.Client.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, probe.StatusCode);
        using var tgi = await gateway.Client.PostAsync("/generate", new StringContent("{}"));
        Assert.Equal(
            """{"error":"an API key is needed, as the header 'Authorization: Bearer <key>'","error_type":"invalid_api_key"}""",
            await tgi.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Send_KeysInTurnsOverOneConnection_EachIsItsOwnCaller()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, "\"requestsPerMinute\": 1000"), ("bob", Bob, "\"requestsPerMinute\": 2000"));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));
        using var one = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = gateway.Client.BaseAddress };
        var limits = new List<string>();

        foreach (var key in new[] { Ada, Ada, Bob, Bob, Ada, Ada[..^1] + "x", Ada, Bob })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent("{}"), Headers = { Authorization = new("Bearer", key) } };
            using var answer = await one.SendAsync(request);
            limits.Add(answer.StatusCode == HttpStatusCode.OK ? Assert.Single(answer.Headers.GetValues("x-ratelimit-limit-requests")) : answer.StatusCode.ToString());
        }

        Assert.Equal(["1000", "1000", "2000", "2000", "1000", "Unauthorized", "1000", "2000"], limits);
    }

    [Fact]
    public async Task Send_KeyRevoked_IsRefusedWithoutARestartAndAWrongFileChangesNothing()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, ""), ("bob", Bob, ""));
        await using var gateway = new RunningGateway(
            upstream.Address, null, ("Callers:KeysFile", keys.Path), ("Callers:ReloadInterval", "00:00:00.020"));
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(Bob)).StatusCode);

        keys.Write(("ada", Ada, ""));
        await Patience.UntilAsync(async () => (await gateway.SendAsync(Bob)).StatusCode == HttpStatusCode.Unauthorized, "Bob's key is revoked");
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(Ada)).StatusCode);

        keys.WriteText("""{"callers":{"ada":{}}}""");
        await Patience.UntilAsync(
            async () => (await gateway.MetricsAsync()).Contains("refused_reloads_total{file=\"keys\"} 1", StringComparison.Ordinal), "the refusal is counted");
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(Ada)).StatusCode);
    }

    [Fact]
    public async Task Send_KeysThatAreNearlyRight_TakeAsLongAsOthers()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, ""));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));
        var (near, far) = (new List<double>(), new List<double>());
        for (var i = 0; i < 300; i++)
        {
            near.Add(await TimeAsync(Ada[..^1] + "x"));
            far.Add(await TimeAsync("x" + Ada[1..]));
        }

        // Medians of a loopback exchange; a comparison that ends early would differ by nanoseconds, one by database by much.
        Assert.InRange(Median(near) / Median(far), 0.5, 2.0);

        async Task<double> TimeAsync(string key)
        {
            var start = Stopwatch.GetTimestamp();
            using var answer = await gateway.SendAsync(key);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
    }

    [Fact]
    public async Task GetModels_KeyForSome_ListsThose()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, "\"models\": [\"gpt2\"]"), ("bob", Bob, "\"models\": [\"other\"]"));
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, upstream.Address));
        await using var gateway = new RunningGateway(catalogue, ("Callers:KeysFile", keys.Path));

        async Task<string> ListAsync(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/models") { Headers = { Authorization = new("Bearer", key) } };
            using var answer = await gateway.Client.SendAsync(request);
            return await answer.Content.ReadAsStringAsync();
        }

        Assert.Equal("""{"models":["gpt2"]}""", await ListAsync(Ada));
        Assert.Equal("""{"models":[]}""", await ListAsync(Bob));
    }

    [Theory]
    [InlineData("{}", "callers is required; {\"callers\": {}} lets nobody call")]
    [InlineData("""{"callers":{},"callers":{}}""", "the file: 'callers' stands there 2 times")]
    public async Task Start_KeysFileThatSaysNothingOrTwice_Refuses(string json, string mistake)
    {
        using var keys = new KeysFile();
        keys.WriteText(json);
        using var gateway = ServiceProcess.Start("ElasticSynapse.Gateway.dll", new() { ["Callers__KeysFile"] = keys.Path });
        var (exitCode, standardError) = await gateway.ExitAsync();

        Assert.Equal(1, exitCode);
        Assert.EndsWith($"{keys.Path}: {mistake}", standardError.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://127.0.0.1:0;http://[::]:0")]
    public async Task Start_ReachableFromElsewhereWithoutKeys_Refuses(string urls)
    {
        using var gateway = ServiceProcess.Start("ElasticSynapse.Gateway.dll", new() { ["ASPNETCORE_URLS"] = urls });
        var (exitCode, standardError) = await gateway.ExitAsync();

        Assert.Equal(1, exitCode);
        Assert.EndsWith(
            " can be reached from elsewhere and no keys are asked for: set Callers__KeysFile, or Callers__Anonymous=true to let anyone call",
            standardError.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_KeysFileWithMistakes_ListsThemWithoutRepeatingAKey()
    {
        using var keys = new KeysFile();
        keys.WriteText($$"""{"callers": {"ada": {"sha256": ["{{Ada}}"], "concurrency": 0}, "bob": {"limit": 3, "models": []} } }""");
        using var gateway = ServiceProcess.Start("ElasticSynapse.Gateway.dll", new() { ["Callers__KeysFile"] = keys.Path, ["Callers__Anonymous"] = "true" });
        var (exitCode, standardError) = await gateway.ExitAsync();

        Assert.Equal(1, exitCode);
        Assert.Equal(
            $"""
            gateway: cannot start: 6 configuration mistake(s):
              Callers__Anonymous='True': has no effect beside Callers__KeysFile; set one of them
              {keys.Path}: callers.ada.concurrency=0: must be a whole number between 1 and 1,000,000,000; leave it out for no limit
              {keys.Path}: callers.ada.sha256 holds a text of 21 characters; a SHA-256 has 64 hexadecimal digits
              {keys.Path}: callers.bob.limit is not an option; it has sha256, class, models, requestsPerMinute, tokensPerMinute, concurrency
              {keys.Path}: callers.bob.models is empty: leave it out for all models; who may use none needs no key
              {keys.Path}: callers.bob.sha256 is required: a list of the SHA-256 of each of its keys, in hexadecimal
            """,
            standardError.TrimEnd());
    }
}
