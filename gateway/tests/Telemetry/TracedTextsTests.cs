using ElasticSynapse.Gateway.Tests.Running;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Gateway.Tests.Telemetry;

public sealed class TracedTextsTests
{
    [Theory]
    [InlineData("true", 1)]
    [InlineData("false", 0)]
    public async Task CaptureContent_AskedOfTheGateway_ItsLogSaysThatItHasNoEffect(string value, int warnings)
    {
        using var nobody = new ClosedPort();
        await using var gateway = new RunningGateway(nobody.Address, null, ("Tracing:CaptureContent", value), ("OTEL_EXPORTER_OTLP_ENDPOINT", nobody.Address.AbsoluteUri));

        Assert.Equal(warnings, gateway.Warnings.Count(line => line.StartsWith("Tracing__CaptureContent has no effect at the gateway", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task CaptureContent_TracesGoNowhere_StopsTheStart()
    {
        using var gateway = ServiceProcess.Start("ElasticSynapse.Gateway.dll", new() { ["Tracing__CaptureContent"] = "true" });
        var (exitCode, standardError) = await gateway.ExitAsync();

        Assert.Equal(1, exitCode);
        Assert.EndsWith(
            "Tracing__CaptureContent='True': there are no traces to hold texts; set OTEL_EXPORTER_OTLP_ENDPOINT to where they go",
            standardError.TrimEnd(), StringComparison.Ordinal);
    }
}
