using System.Net;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Callers;

/// <summary>What a caller may use: requests and tokens a minute, requests at a time, models.</summary>
public sealed class CallerLimitsTests
{
    private const string Ada = "key-of-ada-0123456789";
    private const string Bob = "key-of-bob-0123456789";

    [Fact]
    public async Task Limits_RequestsPerMinute_AreToldAndKept()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, "\"requestsPerMinute\": 2, \"tokensPerMinute\": 1000"), ("bob", Bob, ""));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        using var first = await gateway.SendAsync(Ada);
        Assert.Equal(["2"], first.Headers.GetValues("x-ratelimit-limit-requests"));
        Assert.Equal(["1"], first.Headers.GetValues("x-ratelimit-remaining-requests"));
        Assert.Matches("^(30|29)s$", Assert.Single(first.Headers.GetValues("x-ratelimit-reset-requests")));
        Assert.Equal(["1000"], first.Headers.GetValues("x-ratelimit-limit-tokens"));
        using var second = await gateway.SendAsync(Ada);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        using var third = await gateway.SendAsync(Ada);

        Assert.Equal(
            "the caller ada may send 2 requests a minute",
            await ErrorEnvelope.MessageAsync(third, HttpStatusCode.TooManyRequests, "requests", "rate_limit_exceeded"));
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
        Assert.Equal(["caller_requests"], third.Headers.GetValues("x-refused-by"));
        Assert.Equal(["0"], third.Headers.GetValues("x-ratelimit-remaining-requests"));
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(Bob)).StatusCode);
    }

    [Fact]
    public async Task Limits_TokensPerMinute_CountWhatARequestMayTake()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, "\"tokensPerMinute\": 100"));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        using var first = await gateway.SendAsync(Ada, """{"prompt":"","max_tokens":80}""");
        using var second = await gateway.SendAsync(Ada, """{"prompt":"","max_tokens":80}""");

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
    [InlineData("/v2/models/generator/infer", """{"inputs":[{"name":"text","shape":[4],"datatype":"BYTES","data":["x","y","z","u"]}],"parameters":{"max_tokens":300}}""")]
    [InlineData("/?length=5000", "{}")]
    public async Task Limits_MoreTokensThanAMinuteHas_IsRefusedForGoodAndChargesNothing(string path, string body)
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, "\"tokensPerMinute\": 1000"));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        using var refused = await gateway.SendAsync(Ada, body, path);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Contains(" tokens, more than the 1,000 that the caller ada may use in a minute", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(["false"], refused.Headers.GetValues("x-should-retry"));
        Assert.Equal(["120"], refused.Headers.GetValues("Retry-After"));
        Assert.Equal(["caller_tokens"], refused.Headers.GetValues("x-refused-by"));
        using var next = await gateway.SendAsync(Ada, """{"prompt":"","max_tokens":900}""");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Theory]
    [InlineData("/v1/completions", """{"prompt":"x"}""", 1000 - 16 - 3)]
    [InlineData("/v1/completions", """{"prompt":"x","n":2,"best_of":5}""", 1000 - (5 * 16) - 8)]
    [InlineData("/v1/completions", """{"prompt":[1,2,3]}""", 1000 - 16 - 4)]
    [InlineData("/v2/models/gpt2/generate", """{"text_input":"x"}""", 1000 - 20 - 4)]
    [InlineData("/v2/models/gpt2/infer", """{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["x"]}]}""", 1000 - 20 - 18)]
    [InlineData("/v2/models/gpt2/infer", """{"inputs":[{"name":"text","shape":[4],"datatype":"BYTES","data":["x","y","z","u"]}]}""", 1000 - (4 * 20) - 21)]
    [InlineData("/v2/models/gpt2/versions/1_v1/infer", """{"parameters":{"max_tokens":7},"inputs":[{"data":[["x","y"],["z","u"]],"shape":[2,2],"datatype":"BYTES","name":"text"}]}""", 1000 - (4 * 7) - 30)]
    [InlineData("/v2/models/gpt2/infer", """{"inputs":[{"name":"text","shape":[3],"datatype":"BYTES","parameters":{"binary_data_size":15,"shape":[9]}}]}""" + "\u0001\0\0\0x\u0001\0\0\0y\u0001\0\0\0z", 1000 - (3 * 20) - 30)]
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

        using var answer = await gateway.SendAsync(Ada, body, path);

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
        using var answer = await gateway.SendAsync(Ada, """{"max_tokens":850,"prompt":"some forty bytes, in order to count"}""");

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
        using var streamed = await gateway.SendAsync(Ada, """{"max_tokens":850,"prompt":"some forty bytes, in order to count"}""");
        await streamed.Content.ReadAsStringAsync();
        using var next = await gateway.SendAsync(Ada, "{}", "/detokenize");

        Assert.InRange(Remaining(next), left - 5, left + 30);
    }

    [Fact]
    public async Task Limits_GatewayItselfRefuses_TokensAreGivenBack()
    {
        using var nobody = new ClosedPort();
        using var keys = new KeysFile(("ada", Ada, "\"tokensPerMinute\": 1000"));
        await using var gateway = new RunningGateway(nobody.Address, null, ("Callers:KeysFile", keys.Path));

        using var answer = await gateway.SendAsync(Ada, """{"max_tokens":900}""");

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal(1000, Remaining(answer));
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

        var running = gateway.SendAsync(Ada);
        await arrived.Task.WaitAsync(Patience.Limit);
        using var refused = await gateway.SendAsync(Ada);
        Assert.Equal(["caller_concurrency"], refused.Headers.GetValues("x-refused-by"));
        release.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await running).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(Ada)).StatusCode);
    }

    [Fact]
    public async Task Limits_Models_RefuseTheOthers()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, "\"models\": [\"gpt2\"]"), ("bob", Bob, "\"models\": [\"other\"]"));
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, upstream.Address));
        await using var gateway = new RunningGateway(catalogue, ("Callers:KeysFile", keys.Path));

        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(Ada)).StatusCode);
        using var refused = await gateway.SendAsync(Bob);
        Assert.Equal(
            "the caller bob may not use the model 'gpt2'; it may use 'other'",
            await ErrorEnvelope.MessageAsync(refused, HttpStatusCode.Forbidden, "invalid_request_error", "permission_denied"));
    }

    [Fact]
    public async Task Limits_ModelsBeforeTheReplicaHasSaidItsName_AskToComeBack()
    {
        await using var upstream = await Upstream.StartAsync("ok");
        using var keys = new KeysFile(("ada", Ada, "\"models\": [\"gpt2\"]"));
        await using var gateway = new RunningGateway(upstream.Address, null, ("Callers:KeysFile", keys.Path));

        using var refused = await gateway.SendAsync(Ada);

        Assert.Equal(
            "the generator has not said yet which model it serves; the caller ada may use 'gpt2'",
            await ErrorEnvelope.MessageAsync(refused, HttpStatusCode.ServiceUnavailable, "server_error", "not_ready"));
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
    }

    private static int Remaining(HttpResponseMessage answer) =>
        int.Parse(Assert.Single(answer.Headers.GetValues("x-ratelimit-remaining-tokens")), System.Globalization.CultureInfo.InvariantCulture);
}
