using System.Net;
using System.Text;
using ElasticSynapse.Gateway.Tests.Catalogue.Kubernetes;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.ColdStarts;

/// <summary>A version without replicas, whose Deployment the gateway may scale up.</summary>
public sealed class ColdStartTests : IAsyncLifetime
{
    private const string Scaled =
        """PATCH /apis/apps/v1/namespaces/synapse/deployments/gpt2-stable/scale application/merge-patch+json {"spec":{"replicas":1}}""";

    private ScriptedApiServer _api = null!;
    private Upstream _replica = null!;

    public async Task InitializeAsync()
    {
        _api = await ScriptedApiServer.StartAsync();
        _api.Lists["services"] = ClusterObjects.List(ClusterObjects.Service("gpt2", "1_v1", ("scale-from-zero", "gpt2-stable")));
        _api.Lists["endpointslices"] = ClusterObjects.List(ClusterObjects.Slice("gpt2", null));
        _replica = await Upstream.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            if (body.Contains("bad", StringComparison.Ordinal))
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("""{"error":"bad"}""");
            }
            else
            {
                context.Response.ContentType = body.Contains("stream", StringComparison.Ordinal) ? "text/event-stream" : "application/json";
                await context.Response.WriteAsync(body.Contains("stream", StringComparison.Ordinal) ? "data: [DONE]\n\n" : "{}");
            }
        });
    }

    public async Task DisposeAsync()
    {
        await _replica.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task Post_NoReplicas_ScalesUpWaitsAndIsServed()
    {
        await using var gateway = await StartAsync();

        var asking = new[] { SendAsync(gateway, "{}"), SendAsync(gateway, "{}", "/models/gpt2/versions/1_v1/v1/completions") };
        await UntilWrittenAsync();
        Assert.All(asking, each => Assert.False(each.IsCompleted));
        StartReplica();

        foreach (var answer in await Task.WhenAll(asking))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(["true"], answer.Headers.GetValues("x-cold-start"));
            Assert.Equal(["1_v1"], answer.Headers.GetValues("x-model-version"));
            answer.Dispose();
        }
        // One patch, however many wait.
        Assert.Equal([Scaled], _api.Writes);
        using var warm = await SendAsync(gateway, "{}");
        Assert.False(warm.Headers.Contains("x-cold-start"));
        Assert.Contains(
            "elastic_synapse_gateway_cold_start_duration_seconds_count{model=\"gpt2\",outcome=\"served\",version=\"1_v1\"} 2",
            await gateway.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_StreamAskedFor_GetsCommentsUntilTheEventsCome()
    {
        await using var gateway = await StartAsync(("Streaming:KeepAlive", "00:00:00.050"));

        using var answer = await BeginStreamAsync(gateway, """{"stream":true}""");
        Assert.Equal(["true"], answer.Headers.GetValues("x-cold-start"));
        StartReplica();

        var text = await answer.Content.ReadAsStringAsync();
        Assert.StartsWith(": keep-alive\n\n", text, StringComparison.Ordinal);
        Assert.Equal("data: [DONE]\n\n", text.Replace(": keep-alive\n\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Post_StreamBegunAndReplicaRefuses_RefusalIsAnEvent()
    {
        await using var gateway = await StartAsync(("Streaming:KeepAlive", "00:00:00.050"));

        using var answer = await BeginStreamAsync(gateway, """{"stream":true,"prompt":"bad"}""");
        StartReplica();

        Assert.EndsWith(": keep-alive\n\ndata: {\"error\":\"bad\"}\n\ndata: [DONE]\n\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_StreamBegunAndNoReplicaInTime_ErrorIsAnEventInTheApisForm()
    {
        await using var gateway = await StartAsync(("Streaming:KeepAlive", "00:00:00.050"), ("ScaleFromZero:MaxWait", "00:00:01"));

        using var answer = await BeginStreamAsync(gateway, """{"inputs":"x"}""", "/generate_stream");

        Assert.EndsWith(
            "data: {\"error\":\"gpt2 1_v1 has no replicas: it is being started, which takes longer than the 1 s that a request may wait (ScaleFromZero__MaxWait)\",\"error_type\":\"version_not_ready\"}\n\n",
            await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Split('\n').Any(line =>
            line.StartsWith("elastic_synapse_gateway_requests_total{", StringComparison.Ordinal)
            && line.Contains("status=\"5xx\"", StringComparison.Ordinal) && line.Contains("outcome=\"failed\"", StringComparison.Ordinal)), "the request counts as failed");
    }

    [Fact]
    public async Task Post_NoReplicaInTime_Is503WithRetryAfter()
    {
        await using var gateway = await StartAsync(("ScaleFromZero:MaxWait", "00:00:00.100"));

        using var answer = await SendAsync(gateway, "{}");

        Assert.Equal(
            "gpt2 1_v1 has no replicas: it is being started, which takes longer than the 0.1 s that a request may wait (ScaleFromZero__MaxWait)",
            await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.ServiceUnavailable, "server_error", "version_not_ready"));
        Assert.Equal(["5"], answer.Headers.GetValues("Retry-After"));
        Assert.Equal(["true"], answer.Headers.GetValues("x-cold-start"));
        Assert.Equal([Scaled], _api.Writes);
    }

    [Fact]
    public async Task Post_MoreThanMayWait_Is503AndTheVersionStartsAllTheSame()
    {
        await using var gateway = await StartAsync(("ScaleFromZero:MaxWaiting", "0"));

        using var answer = await SendAsync(gateway, "{}");

        Assert.Equal(
            "gpt2 1_v1 has no replicas: it is being started, and 0 requests wait for such versions already (ScaleFromZero__MaxWaiting)",
            await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.ServiceUnavailable, "server_error", "version_not_ready"));
        Assert.Equal(["5"], answer.Headers.GetValues("Retry-After"));
        await UntilWrittenAsync();
    }

    [Fact]
    public async Task Post_PodsStartAlready_WaitsWithoutScaling()
    {
        _api.Lists["endpointslices"] = ClusterObjects.List(ClusterObjects.Slice("gpt2", _replica.Address, ready: false));
        await using var gateway = await StartAsync();

        var asking = SendAsync(gateway, "{}");
        StartReplica();

        using var answer = await asking;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(_api.Writes);
    }

    [Fact]
    public async Task Post_OnlyAPodThatIsGoingAway_ScalesUp()
    {
        _api.Lists["endpointslices"] = ClusterObjects.List(Terminating());
        await using var gateway = await StartAsync();

        var asking = SendAsync(gateway, "{}");
        await UntilWrittenAsync();
        StartReplica();

        using var answer = await asking;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Post_PodsThatStartGoAwayMeanwhile_ScalesUpAfterAll()
    {
        _api.Lists["endpointslices"] = ClusterObjects.List(ClusterObjects.Slice("gpt2", _replica.Address, ready: false));
        await using var gateway = await StartAsync();

        var asking = SendAsync(gateway, "{}");
        await Patience.UntilAsync(
            async () => (await gateway.MetricsAsync()).Split('\n').Any(line =>
                line.StartsWith("http_server_active_requests{", StringComparison.Ordinal) && line.Contains("\"POST\"", StringComparison.Ordinal) && line.EndsWith(" 1", StringComparison.Ordinal)),
            "the request has come");
        _api.Send("endpointslices", ClusterObjects.Modified(ClusterObjects.Slice("gpt2", null)));
        await UntilWrittenAsync();
        StartReplica();

        using var answer = await asking;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Post_ApiServerForbidsScaling_Is503AndTheLogNamesTheRule()
    {
        await using var gateway = await StartAsync();
        _api.Instead = async context =>
        {
            if (HttpMethods.IsGet(context.Request.Method))
            {
                return false;
            }
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync(ScriptedApiServer.Recorded("forbidden.json"));
            return true;
        };

        using var answer = await SendAsync(gateway, "{}");

        Assert.Equal(
            "gpt2 1_v1 has no replicas, and its Deployment gpt2-stable can't be scaled up; the gateway's log says why",
            await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.ServiceUnavailable, "server_error", "version_not_ready"));
        Assert.Equal(["5"], answer.Headers.GetValues("Retry-After"));
    }

    [Theory]
    [InlineData("GET", "/models/gpt2/health")]
    [InlineData("GET", "/v2/models/gpt2/ready")]
    [InlineData("OPTIONS", "/models/gpt2/")]
    public async Task Send_WhatHasNoWorkForIt_Is503AndStartsNothing(string method, string path)
    {
        await using var gateway = await StartAsync();

        using var answer = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains($"gpt2 1_v1 has no replicas: it is started by the next request that has work for it, which {method} {path} has not", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(_api.Writes);
    }

    [Fact]
    public async Task Readyz_OnlyVersionsThatStartWhenAskedFor_IsReady()
    {
        await using var gateway = await StartAsync();

        using var answer = await gateway.Client.GetAsync("/readyz");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Post_NoDeploymentNamed_Is503AtOnce()
    {
        _api.Lists["services"] = ClusterObjects.List(ClusterObjects.Service("gpt2", "1_v1"));
        await using var gateway = await StartAsync();

        using var answer = await SendAsync(gateway, "{}");

        Assert.Equal(
            "gpt2 1_v1 can't answer: it has no replicas",
            await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.ServiceUnavailable, "server_error", "version_not_ready"));
        Assert.Empty(_api.Writes);
    }

    private async Task<RunningGateway> StartAsync(params (string, string)[] settings)
    {
        var gateway = new RunningGateway([("Kubernetes:Namespace", "synapse"), ("Kubernetes:ApiServer", _api.Address.AbsoluteUri), .. settings]);
        await Patience.UntilAsync(
            async () => (await gateway.CataloguePageAsync()).Contains("1_v1", StringComparison.Ordinal), "the catalogue is known");
        return gateway;
    }

    private string Terminating() => ClusterObjects.Slice("gpt2", _replica.Address, ready: false)
        .Replace("\"serving\":false", "\"serving\":false,\"terminating\":true", StringComparison.Ordinal);

    private void StartReplica() => _api.Send("endpointslices", ClusterObjects.Modified(ClusterObjects.Slice("gpt2", _replica.Address)));

    private Task UntilWrittenAsync() => Patience.UntilAsync(() => Task.FromResult(_api.Writes.Contains(Scaled)), "the Deployment is scaled");

    private static Task<HttpResponseMessage> SendAsync(RunningGateway gateway, string body, string path = "/v1/completions") =>
        gateway.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    // Returns with the first comment.
    private static Task<HttpResponseMessage> BeginStreamAsync(RunningGateway gateway, string body, string path = "/v1/completions") => gateway.Client.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") },
        HttpCompletionOption.ResponseHeadersRead);
}
