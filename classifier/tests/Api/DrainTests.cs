using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using ElasticSynapse.Classifier.Tests.Api.Grpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Classifier.Tests.Api;

/// <summary>A server that is not ready, as while it drains.</summary>
public sealed class DrainTests : IDisposable
{
    private readonly int _grpcPort = GrpcCaller.FreePort();
    private readonly ClassifierServer _server;

    public DrainTests() => _server = ClassifierServer.Start(
        new() { ["Grpc:Port"] = _grpcPort.ToString(CultureInfo.InvariantCulture) },
        services => services.AddHealthChecks().AddCheck("test", () => HealthCheckResult.Unhealthy("draining")));

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("/health")]
    [InlineData("/ping")]
    [InlineData("/readyz")]
    [InlineData("/v2/health/ready")]
    [InlineData("/v2/models/toxicity/ready")]
    public async Task Get_Readiness_Is503AndSaysWhenToAskAgain(string path)
    {
        using var answer = await _server.Http.GetAsync(path);
        Assert.Equal(503, (int)answer.StatusCode);
        Assert.Equal(["1"], answer.Headers.GetValues("Retry-After"));
    }

    [Theory]
    [InlineData("/v1/models/toxicity")]
    [InlineData("/v1/models/toxicity/versions/1557429385")]
    [InlineData("/v1/models")]
    public async Task Get_Model_IsUnloading(string path)
    {
        var answer = JsonSerializer.Deserialize<JsonElement>(await _server.Http.GetStringAsync(path));
        var model = answer.TryGetProperty("data", out var list) ? list[0] : answer;
        Assert.False(model.GetProperty("ready").GetBoolean());
        Assert.Equal("UNLOADING", model.GetProperty("model_version_status")[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task GetModelStatus_Model_IsUnloading()
    {
        using var client = new GrpcCaller(_grpcPort);
        var (_, _, answer) = await client.CallAsync(
            "/tensorflow.serving.ModelService/GetModelStatus", new GetModelStatusRequest { ModelSpec = new ModelSpec { Name = "toxicity" } }, GetModelStatusResponse.Parser);
        Assert.Equal(ModelVersionStatus.Types.State.Unloading, Assert.Single(answer!.ModelVersionStatus).State);
    }
}
