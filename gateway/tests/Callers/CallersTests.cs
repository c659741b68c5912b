using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
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

        using var answer = await SendAsync(gateway, Ada);

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
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, Bob)).StatusCode);

        keys.Write(("ada", Ada, ""));
        await Patience.UntilAsync(async () => (await SendAsync(gateway, Bob)).StatusCode == HttpStatusCode.Unauthorized, "Bob's key is revoked");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, Ada)).StatusCode);

        keys.WriteText("""{"callers":{"ada":{}}}""");
        await Patience.UntilAsync(
            async () => (await gateway.MetricsAsync()).Contains("refused_reloads_total{file=\"keys\"} 1", StringComparison.Ordinal), "the refusal is counted");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, Ada)).StatusCode);
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
            using var answer = await SendAsync(gateway, key);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
    }

    [Fact]
    public async Task Limits_RequestsPerMinute_AreToldAndKept()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, "\"requestsPerMinute\": 2, \"tokensPerMinute\": 1000"), ("bob", Bob, ""));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        using var first = await SendAsync(gateway, Ada);
        Assert.Equal(["2"], first.Headers.GetValues("x-ratelimit-limit-requests"));
        Assert.Equal(["1"], first.Headers.GetValues("x-ratelimit-remaining-requests"));
        Assert.Matches("^(30|29)s$", Assert.Single(first.Headers.GetValues("x-ratelimit-reset-requests")));
        Assert.Equal(["1000"], first.Headers.GetValues("x-ratelimit-limit-tokens"));
        using var second = await SendAsync(gateway, Ada);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        using var third = await SendAsync(gateway, Ada);

        Assert.Equal(
            "the caller ada may send 2 requests a minute",
            await ErrorEnvelope.MessageAsync(third, HttpStatusCode.TooManyRequests, "requests", "rate_limit_exceeded"));
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
        Assert.Equal(["caller_requests"], third.Headers.GetValues("x-refused-by"));
        Assert.Equal(["0"], third.Headers.GetValues("x-ratelimit-remaining-requests"));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, Bob)).StatusCode);
    }

    [Fact]
    public async Task Limits_TokensPerMinute_CountWhatARequestMayTake()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, "\"tokensPerMinute\": 100"));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        using var first = await SendAsync(gateway, Ada, """{"prompt":"","max_tokens":80}""");
        using var second = await SendAsync(gateway, Ada, """{"prompt":"","max_tokens":80}""");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.StartsWith(
            "the request may take 87 tokens; the caller ada may use 100 a minute, and 1",
            await ErrorEnvelope.MessageAsync(second, HttpStatusCode.TooManyRequests, "tokens", "rate_limit_exceeded"), StringComparison.Ordinal);
        Assert.Equal(["caller_tokens"], second.Headers.GetValues("x-refused-by"));
    }

    [Theory]
    [InlineData("/v1/completions", """{"prompt":"x","max_tokens":900000}""")]
    [InlineData("/v1/completions", """{"prompt":"x","max_tokens":300,"n":4}""")]
    [InlineData("/v1/completions", """{"prompt":["x","y","z","u"],"max_tokens":300}""")]
    [InlineData("/?length=5000", "{}")]
    public async Task Limits_MoreTokensThanAMinuteHas_IsRefusedForGoodAndChargesNothing(string path, string body)
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, "\"tokensPerMinute\": 1000"));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        using var refused = await SendAsync(gateway, Ada, body, path);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Contains(" tokens, more than the 1,000 that the caller ada may use in a minute", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(["false"], refused.Headers.GetValues("x-should-retry"));
        Assert.Equal(["120"], refused.Headers.GetValues("Retry-After"));
        Assert.Equal(["caller_tokens"], refused.Headers.GetValues("x-refused-by"));
        using var next = await SendAsync(gateway, Ada, """{"prompt":"","max_tokens":900}""");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Theory]
    [InlineData("/v1/completions", """{"prompt":"x"}""", 1000 - 16 - 3)]
    [InlineData("/v1/completions", """{"prompt":"x","n":2,"best_of":5}""", 1000 - (5 * 16) - 8)]
    [InlineData("/v1/completions", """{"prompt":[1,2,3]}""", 1000 - 16 - 4)]
    [InlineData("/v2/models/gpt2/generate", """{"text_input":"x"}""", 1000 - 20 - 4)]
    [InlineData("/text-generation/generate", """{"text":"x"}""", 1000 - 50 - 3)]
    [InlineData("/predict", """{"seed":"x"}""", 1000 - 512 - 3)]
    [InlineData("/", """{"length":"40"}""", 1000 - 40 - 3)]
    [InlineData("/?length=40", "", 1000 - 40 - 2)]
    [InlineData("/generate", """{"inputs":"x"}""", 0)]
    [InlineData("/detokenize", """{"tokens":[1,2,3]}""", 1000 - 4)]
    public async Task Limits_EachApisOwnLength_IsCharged(string path, string body, int left)
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, "\"tokensPerMinute\": 1000"));
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, upstream.Address));
        await using var gateway = new RunningGateway(catalogue, ("Callers:KeysFile", keys.Path));

        using var answer = await SendAsync(gateway, Ada, body, path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.InRange(Remaining(answer), left, left + 30);
    }

    [Theory]
    [InlineData("""{"usage":{"prompt_tokens":10,"completion_tokens":90,"total_tokens":100}}""", 200, 900)]
    [InlineData("""{"generated_text":"x","details":{"finish_reason":"length","generated_tokens":83}}""", 200, 900)]
    [InlineData("""{"usage":{"total_tokens":1100}}""", 200, 0)]
    [InlineData("""{"total_tokens":1,"usage":null}""", 200, 132)]
    [InlineData("""{"error":"no"}""", 400, 1000)]
    [InlineData("""{"error":"no"}""", 500, 1000)]
    public async Task Limits_WhatWasNotUsed_IsGivenBack(string json, int status, int left)
    {
        await using var upstream = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(json);
        });
        using var keys = new KeysFile(("ada", Ada, "\"tokensPerMinute\": 1000"));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        // 17 for the prompt.
        using var answer = await SendAsync(gateway, Ada, """{"max_tokens":850,"prompt":"some forty bytes, in order to count"}""");

        Assert.InRange(Remaining(answer), left, left + 30);
    }

    [Theory]
    [InlineData("data: {\"choices\":[],\"usage\":{\"total_tokens\":100}}\n\ndata: [DONE]\n\n", 900)]
    [InlineData("data:{\"generated_text\":\"x\",\"details\":{\"generated_tokens\":83}}\n\n", 900)]
    [InlineData("data: {\"choices\":[],\"usage\":null}\n\ndata: [DONE]\n\n", 132)]
    public async Task Limits_StreamThatTellsItsUsage_IsSettledAtItsEnd(string last, int left)
    {
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            if (context.Request.Path == "/detokenize")
            {
                return;
            }
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: {\"choices\":[],\"usage\":null}\n\n");
            await context.Response.Body.FlushAsync();
            await context.Response.WriteAsync(last);
        });
        using var keys = new KeysFile(("ada", Ada, "\"tokensPerMinute\": 1000"));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        // 17 for the prompt.
        using var streamed = await SendAsync(gateway, Ada, """{"max_tokens":850,"prompt":"some forty bytes, in order to count"}""");
        await streamed.Content.ReadAsStringAsync();
        using var next = await SendAsync(gateway, Ada, "{}", "/detokenize");

        Assert.InRange(Remaining(next), left - 5, left + 30);
    }

    [Fact]
    public async Task Limits_GatewayItselfRefuses_TokensAreGivenBack()
    {
        using var nobody = new ClosedPort();
        using var keys = new KeysFile(("ada", Ada, "\"tokensPerMinute\": 1000"));
        await using var gateway = new RunningGateway(nobody.Address, null, ("Callers:KeysFile", keys.Path));

        using var answer = await SendAsync(gateway, Ada, """{"max_tokens":900}""");

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal(1000, Remaining(answer));
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

    [Fact]
    public async Task Limits_Concurrency_RefusesOneMoreWhileTheOthersRun()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            arrived.TrySetResult();
            await release.Task;
        });
        using var keys = new KeysFile(("ada", Ada, "\"concurrency\": 1"));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        var running = SendAsync(gateway, Ada);
        await arrived.Task.WaitAsync(Patience.Limit);
        using var refused = await SendAsync(gateway, Ada);
        Assert.Equal(["caller_concurrency"], refused.Headers.GetValues("x-refused-by"));
        release.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await running).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, Ada)).StatusCode);
    }

    [Fact]
    public async Task Limits_Models_RefuseTheOthers()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, "\"models\": [\"gpt2\"]"), ("bob", Bob, "\"models\": [\"other\"]"));
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, upstream.Address));
        await using var gateway = new RunningGateway(catalogue, ("Callers:KeysFile", keys.Path));

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, Ada)).StatusCode);
        using var refused = await SendAsync(gateway, Bob);
        Assert.Equal(
            "the caller bob may not use the model 'gpt2'; it may use 'other'",
            await ErrorEnvelope.MessageAsync(refused, HttpStatusCode.Forbidden, "invalid_request_error", "permission_denied"));
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

    private static int Remaining(HttpResponseMessage answer) =>
        int.Parse(Assert.Single(answer.Headers.GetValues("x-ratelimit-remaining-tokens")), System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<HttpResponseMessage> SendAsync(RunningGateway gateway, string key, string body = "{}", string path = "/v1/completions")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await gateway.Client.SendAsync(request);
    }
}
