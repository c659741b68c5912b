using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api;

[Collection(ModelServerCollection.Name)]
public class ModelsTests(ModelServerFixture server)
{
    [Fact]
    public async Task Models_ListAndItem_DescribeTheServedModel()
    {
        var list = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync("/v1/models"));
        Assert.Equal("list", list.GetProperty("object").GetString());
        Assert.Equal("gpt2", list.GetProperty("data")[0].GetProperty("id").GetString());
        var item = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync("/v1/models/gpt2"));
        Assert.Equal("model", item.GetProperty("object").GetString());
        using var unknown = await server.Http.GetAsync("/v1/models/gpt5");
        Assert.Equal(404, (int)unknown.StatusCode);
        Assert.Contains("model_not_found", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_ListAndItem_AreKServesAndTensorFlowServingsToo()
    {
        var list = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync("/v1/models"));
        Assert.Equal("""["gpt2"]""", list.GetProperty("models").GetRawText());
        var item = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync("/v1/models/gpt2@1557429385_v0.01"));
        Assert.Equal(("gpt2", true), (item.GetProperty("name").GetString(), item.GetProperty("ready").GetBoolean()));
        Assert.Equal(
            """[{"version":"1557429385_v0.01","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]""",
            item.GetProperty("model_version_status").GetRawText());
    }
}
