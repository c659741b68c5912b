using System.Text;
using System.Text.Json;
using ElasticSynapse.Gateway.Tests.Catalogue.Kubernetes;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Canaries;

public sealed class CanaryEventsTests
{
    [Fact]
    public async Task WeightLost_InACluster_IsAnEventOfTheCanarysService()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return context.Response.WriteAsync("broken");
        });
        await using var api = await ScriptedApiServer.StartAsync();
        api.Lists["services"] = ClusterObjects.List(
            ClusterObjects.Service("gpt2-a", "1_v1", ("weight", "50"), ("labels", "stable")),
            ClusterObjects.Service("gpt2-b", "2_v1", ("weight", "50"), ("labels", "canary")));
        api.Lists["endpointslices"] = ClusterObjects.List(ClusterObjects.Slice("gpt2-a", stable.Address), ClusterObjects.Slice("gpt2-b", canary.Address));
        await using var gateway = new RunningGateway(
            ("Kubernetes:Namespace", "synapse"), ("Kubernetes:ApiServer", api.Address.AbsoluteUri), ("CanaryGuard:MinimumRequests", "10"));

        await Patience.UntilAsync(
            async () =>
            {
                using var answer = await gateway.Client.PostAsync("/v1/completions", new StringContent("{}", Encoding.UTF8));
                return api.Writes.Count > 0;
            },
            "the event is written");

        var write = Assert.Single(api.Writes);
        const string head = "POST /api/v1/namespaces/synapse/events application/json; charset=utf-8 ";
        Assert.StartsWith(head, write, StringComparison.Ordinal);
        var written = JsonSerializer.Deserialize<JsonElement>(write[head.Length..]);
        Assert.Equal("Event", written.GetProperty("kind").GetString());
        Assert.Equal("gpt2-b.", written.GetProperty("metadata").GetProperty("generateName").GetString());
        Assert.Equal(
            ("Service", "gpt2-b", "synapse"),
            (Involved("kind"), Involved("name"), Involved("namespace")));
        Assert.Equal(("Warning", "CanaryLostWeight"), (written.GetProperty("type").GetString(), written.GetProperty("reason").GetString()));
        Assert.StartsWith("the canary gpt2 2_v1 lost its weight: 100", written.GetProperty("message").GetString(), StringComparison.Ordinal);

        string? Involved(string name) => written.GetProperty("involvedObject").GetProperty(name).GetString();
    }
}
