using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ElasticSynapse.Gateway.Catalogue.Kubernetes;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Catalogue.Kubernetes;

public sealed class KubernetesSourceTests : IAsyncLifetime, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("account-");
    private ScriptedApiServer _api = null!;
    private RunningGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(TokenFile, "first-token\n");
        _api = await ScriptedApiServer.StartAsync();
        _gateway = new RunningGateway(
            ("Kubernetes:Namespace", "synapse"), ("Kubernetes:ApiServer", _api.Address.AbsoluteUri), ("Kubernetes:TokenFile", TokenFile), ("Kubernetes:PageSize", "7"));
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _api.DisposeAsync();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string TokenFile => Path.Combine(_folder.FullName, "token");

    [Fact]
    public async Task Follow_RecordedLists_AreInEffectAndAskedForAsTheyShould()
    {
        await UntilReplicasAsync("10.8.0.11 10.8.0.12");

        Assert.Contains("/api/v1/namespaces/synapse/services?labelSelector=elastic-synapse.io%2Fmodel&limit=7 Bearer first-token", _api.Requests);
        Assert.Contains("/apis/discovery.k8s.io/v1/namespaces/synapse/endpointslices?labelSelector=elastic-synapse.io%2Fmodel&limit=7 Bearer first-token", _api.Requests);
        await Patience.UntilAsync(
            () => Task.FromResult(_api.Requests.Contains(
                "/apis/discovery.k8s.io/v1/namespaces/synapse/endpointslices?labelSelector=elastic-synapse.io%2Fmodel&watch=true&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=328 Bearer first-token")),
            "the slices are watched from where the list ended");
    }

    [Fact]
    public async Task Follow_RecordedWatch_EachChangeIsInEffect()
    {
        await UntilReplicasAsync("10.8.0.11 10.8.0.12");
        var lines = ScriptedApiServer.Recorded("endpointslices.watch.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries);

        _api.Send("endpointslices", lines.Last(line => line.Contains("\"serving\":true,\"terminating\":true", StringComparison.Ordinal)));
        await UntilReplicasAsync("10.8.0.11 terminating 10.8.0.12");
        _api.Send("endpointslices", lines.Last(line => line.Contains("\"type\":\"DELETED\"", StringComparison.Ordinal)));
        await UntilReplicasAsync("");
    }

    [Fact]
    public async Task Follow_WatchCut_GoesOnFromTheLastVersionWithTheRotatedToken()
    {
        await UntilReplicasAsync("10.8.0.11 10.8.0.12");
        await File.WriteAllTextAsync(TokenFile, "second-token");

        _api.Send("endpointslices", """{"type":"BOOKMARK","object":{"kind":"EndpointSlice","metadata":{"resourceVersion":"400"}}}""");
        _api.Send("endpointslices", null);

        await Patience.UntilAsync(
            () => Task.FromResult(_api.Requests.Any(request => request.EndsWith("&resourceVersion=400 Bearer second-token", StringComparison.Ordinal))),
            "the next watch begins where the bookmark was");
    }

    [Fact]
    public async Task Follow_TheOnlyWeightTakenAway_StandsUntilAnotherVersionHasOne()
    {
        await UntilReplicasAsync("10.8.0.11 10.8.0.12");
        var stable = ScriptedApiServer.Recorded("services.watch.jsonl").Split('\n')[0];
        string Service(string type, string weight) => stable.Replace("\"ADDED\"", $"\"{type}\"", StringComparison.Ordinal)
            .Replace("\"elastic-synapse.io/weight\":\"90\"", $"\"elastic-synapse.io/weight\":\"{weight}\"", StringComparison.Ordinal);
        string Next(string type, string weight) => Service(type, weight)
            .Replace("gpt2-stable", "gpt2-next", StringComparison.Ordinal).Replace("271c6a73", "371c6a73", StringComparison.Ordinal)
            .Replace("1557429385_v0.01", "1557515785_v0.02", StringComparison.Ordinal);

        _api.Send("services", Service("MODIFIED", "0"));
        _api.Send("services", Next("ADDED", "0"));
        await UntilWeightsAsync("1557429385_v0.01 50, 1557515785_v0.02 0");
        _api.Send("services", Next("MODIFIED", "100"));
        await UntilWeightsAsync("1557429385_v0.01 0, 1557515785_v0.02 100");
    }

    [Fact]
    public async Task Follow_WatchExpired_ListsAgain()
    {
        await UntilReplicasAsync("10.8.0.11 10.8.0.12");
        _api.Lists["endpointslices"] = ScriptedApiServer.Edited("endpointslices.list.json", "10.8.0.12", "10.8.0.13");

        _api.Send("endpointslices", """{"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old resource version: 1 (328)","reason":"Expired","code":410}}""");

        await UntilReplicasAsync("10.8.0.11 10.8.0.13");
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Follow_ApiServerFailsForAWhile_KeepsWhatWasKnownAndCatchesUp(int status)
    {
        await UntilReplicasAsync("10.8.0.11 10.8.0.12");
        var refused = 0;
        _api.Instead = async context =>
        {
            Interlocked.Increment(ref refused);
            context.Response.StatusCode = status;
            await context.Response.WriteAsync("not even JSON");
            return true;
        };
        _api.Send("endpointslices", null);
        await Patience.UntilAsync(() => Task.FromResult(Volatile.Read(ref refused) >= 2), "the gateway tries again");
        Assert.Equal("10.8.0.11 10.8.0.12", await ReplicasAsync());

        _api.Instead = null;
        _api.Send("endpointslices", ScriptedApiServer.Recorded("endpointslices.watch.jsonl").Split('\n').First(line => line.Contains("\"type\":\"DELETED\"", StringComparison.Ordinal)));
        await UntilReplicasAsync("");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old resource version","reason":"Expired","code":410}}""")]
    public async Task Follow_EachWatchEndsAtOnce_IsTriedEverLessOftenAndLoggedOnce(string? line)
    {
        await UntilReplicasAsync("10.8.0.11 10.8.0.12");
        var watches = 0;
        _api.Instead = async context =>
        {
            if (context.Request.Query["watch"] != "true" || !context.Request.Path.Value!.EndsWith("/services", StringComparison.Ordinal))
            {
                return false;
            }
            Interlocked.Increment(ref watches);
            await context.Response.WriteAsync(line is null ? "" : line + "\n");
            return true;
        };
        var start = Stopwatch.GetTimestamp();

        if (line is not null)
        {
            _api.Send("services", line);
        }
        _api.Send("services", null);
        await Patience.UntilAsync(() => Task.FromResult(Volatile.Read(ref watches) >= 5), "the gateway tries again");

        // At least half of 100, 200 and 400 ms between the later ones.
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.3, 30);
        Assert.Single(_gateway.Warnings, warning => warning.StartsWith("services can't be watched", StringComparison.Ordinal));
        Assert.Equal("10.8.0.11 10.8.0.12", await ReplicasAsync());

        _api.Instead = null;
        _api.Send("services", ScriptedApiServer.Recorded("services.watch.jsonl").Split('\n')[0]);
        await UntilWeightsAsync("1557429385_v0.01 90");
    }

    [Fact]
    public async Task Follow_AMistakeInAService_IsLoggedOnceCountedAndWhatWasSaidBeforeServesOn()
    {
        await UntilReplicasAsync("10.8.0.11 10.8.0.12");
        var stable = ScriptedApiServer.Recorded("services.watch.jsonl").Split('\n')[0];

        _api.Send("services", stable.Replace("\"elastic-synapse.io/weight\":\"90\"", "\"elastic-synapse.io/weight\":\"9O\"", StringComparison.Ordinal));

        await Patience.UntilAsync(
            async () => (await _gateway.MetricsAsync()).Contains("elastic_synapse_gateway_refused_reloads_total{file=\"services\"} 1", StringComparison.Ordinal),
            "the refusal is counted");
        Assert.Equal(
            "the Services of gpt2 are refused, what they said before stays in effect: 1 mistake(s): the Service gpt2-stable has elastic-synapse.io/weight '9O'; it must be a number between 0 and 100",
            Assert.Single(_gateway.Warnings, warning => warning.Contains("gpt2-stable", StringComparison.Ordinal)));
        await UntilWeightsAsync("1557429385_v0.01 50");
    }

    [Fact]
    public async Task Follow_ApiServerSilent_TheCatalogueGetsOlder()
    {
        await UntilReplicasAsync("10.8.0.11 10.8.0.12");

        // Both connections stay.
        await Patience.UntilAsync(async () => await AgeAsync() > 1, "the catalogue is older than a second");
        _api.Send("services", """{"type":"BOOKMARK","object":{"kind":"Service","metadata":{"resourceVersion":"400"}}}""");
        _api.Send("endpointslices", """{"type":"BOOKMARK","object":{"kind":"EndpointSlice","metadata":{"resourceVersion":"400"}}}""");
        await Patience.UntilAsync(async () => await AgeAsync() < 1, "the API server has said that nothing changed");
    }

    [Fact]
    public async Task Follow_ApiServerNeverReached_RequestsAreToldToComeBackAndTheAgeIsTheProcesss()
    {
        using var nobody = new ClosedPort();
        await using var gateway = new RunningGateway(("Kubernetes:Namespace", "synapse"), ("Kubernetes:ApiServer", nobody.Address.AbsoluteUri));

        foreach (var path in new[] { "/v1/completions", "/gpt2/generate" })
        {
            using var answer = await gateway.Client.PostAsync(path, new StringContent("""{"model":"gpt2"}"""));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal(["1"], answer.Headers.GetValues("Retry-After"));
        }
        using var models = await gateway.Client.GetAsync("/v1/models");
        Assert.Equal(
            "the gateway does not know its models yet: it has not reached the API server since it started",
            await ErrorEnvelope.MessageAsync(models, HttpStatusCode.ServiceUnavailable, "server_error", "not_ready"));
        using var page = JsonDocument.Parse(await gateway.CataloguePageAsync());
        Assert.InRange(page.RootElement.GetProperty("ageSeconds").GetDouble(), 0, 60);
    }

    [Theory]
    [InlineData("unauthorized.json", 401, "; the token in token-file is missing, expired or of another cluster")]
    [InlineData("forbidden.json", 403, "; the gateway's service account needs a Role in synapse with the rule {apiGroups: [\"discovery.k8s.io\"], resources: [\"endpointslices\"], verbs: [\"list\", \"watch\"]}")]
    public async Task List_RecordedRefusal_SaysWhatIsMissing(string recording, int status, string advice)
    {
        _api.Instead = async context =>
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(ScriptedApiServer.Recorded(recording));
            return true;
        };
        using var client = new KubernetesClient(new KubernetesOptions { Namespace = "synapse", ApiServer = _api.Address, TokenFile = "token-file" }, TimeProvider.System);

        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => client.ListAsync(WatchedResource.EndpointSlices, CancellationToken.None));

        Assert.Equal(status, refusal.Status);
        Assert.EndsWith(advice, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(JsonSerializer.Deserialize<JsonElement>(ScriptedApiServer.Recorded(recording)).GetProperty("message").GetString()!, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_Forbidden_SaysWhichRuleIsMissing()
    {
        _api.Instead = async context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync(ScriptedApiServer.Recorded("forbidden.json"));
            return true;
        };
        using var client = new KubernetesClient(new KubernetesOptions { Namespace = "synapse", ApiServer = _api.Address }, TimeProvider.System);

        var scale = await Assert.ThrowsAsync<KubernetesException>(() => client.ScaleToOneAsync("gpt2", CancellationToken.None));
        Assert.EndsWith(
            "; the gateway's service account needs a Role in synapse with the rule {apiGroups: [\"apps\"], resources: [\"deployments/scale\"], verbs: [\"patch\"]}",
            scale.Message, StringComparison.Ordinal);
        var tell = await Assert.ThrowsAsync<KubernetesException>(() => client.CreateEventAsync("gpt2", "Reason", "message", CancellationToken.None));
        Assert.EndsWith(
            "; the gateway's service account needs a Role in synapse with the rule {apiGroups: [\"\"], resources: [\"events\"], verbs: [\"create\"]}",
            tell.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_SeveralPages_AreReadToTheEnd()
    {
        // The gateway of the other tests would ask too.
        await using var api = await ScriptedApiServer.StartAsync();
        var page = 0;
        api.Instead = async context =>
        {
            var number = Interlocked.Increment(ref page);
            Assert.Equal(number == 1 ? "" : "next page/+", context.Request.Query["continue"].ToString());
            await context.Response.WriteAsync(number < 3
                ? $$"""{"metadata":{"resourceVersion":"7","continue":"next page/+"},"items":[{"metadata":{"name":"a{{number}}"} }]}"""
                : """{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a3"}}]}""");
            return true;
        };
        using var client = new KubernetesClient(new KubernetesOptions { Namespace = "synapse", ApiServer = api.Address }, TimeProvider.System);

        var (items, resourceVersion) = await client.ListAsync(WatchedResource.Services, CancellationToken.None);

        Assert.Equal(["a1", "a2", "a3"], items.Select(item => item.GetProperty("metadata").GetProperty("name").GetString()!));
        Assert.Equal("7", resourceVersion);
    }

    private Task UntilReplicasAsync(string replicas) => Patience.UntilAsync(async () => await ReplicasAsync() == replicas, $"the replicas are '{replicas}'");

    private Task UntilWeightsAsync(string weights) => Patience.UntilAsync(
        async () => string.Join(", ", (await VersionsAsync()).Select(version => $"{version.GetProperty("version").GetString()} {version.GetProperty("weight")}").Order(StringComparer.Ordinal)) == weights,
        $"the weights are '{weights}'");

    private async Task<double> AgeAsync()
    {
        using var page = JsonDocument.Parse(await _gateway.CataloguePageAsync());
        return page.RootElement.GetProperty("ageSeconds").GetDouble();
    }

    private async Task<JsonElement[]> VersionsAsync()
    {
        using var page = JsonDocument.Parse(await _gateway.CataloguePageAsync());
        return [.. page.RootElement.Clone().GetProperty("models").EnumerateArray().SelectMany(model => model.GetProperty("versions").EnumerateArray())];
    }

    private async Task<string> ReplicasAsync()
    {
        var replicas = (await VersionsAsync()).SelectMany(version => version.GetProperty("replicas").EnumerateArray());
        return string.Join(' ', replicas.Select(replica =>
            new Uri(replica.GetProperty("address").GetString()!).Host + (replica.GetProperty("terminating").GetBoolean() ? " terminating" : "")));
    }
}
