using ElasticSynapse.Serving.Hosting.Configuration;
using ElasticSynapse.Serving.Hosting.Tracing;
using Microsoft.Extensions.Configuration;

namespace ElasticSynapse.Serving.Tests.Hosting.Tracing;

public sealed class StandardSettingsTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317";

    [Theory]
    [InlineData(false)]
    [InlineData(false, "OTEL_SERVICE_NAME=a")]
    [InlineData(true, Endpoint)]
    [InlineData(true, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://collector/v1/traces")]
    [InlineData(true, "OTEL_TRACES_EXPORTER=otlp")]
    [InlineData(false, Endpoint, "OTEL_TRACES_EXPORTER=none")]
    [InlineData(false, Endpoint, "OTEL_SDK_DISABLED=true")]
    [InlineData(true, Endpoint, "OTEL_SDK_DISABLED=false")]
    [InlineData(false, "OTEL_EXPORTER_OTLP_ENDPOINT=")]
    public void Read_Settings_SayWhetherTracesGoAnywhere(bool expected, params string[] settings) =>
        Assert.Equal(expected, Read(settings).ExportsTraces);

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317", "OTEL_EXPORTER_OTLP_ENDPOINT='collector:4317': must be an http: or https: address")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "OTEL_EXPORTER_OTLP_PROTOCOL='http/json': must be grpc, http/protobuf")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS=secret", "OTEL_EXPORTER_OTLP_HEADERS must be a list such as api-key=abc,tenant=x")]
    [InlineData("OTEL_TRACES_EXPORTER=zipkin", "OTEL_TRACES_EXPORTER='zipkin': must be otlp, none")]
    [InlineData("OTEL_METRICS_EXPORTER=otlp", "OTEL_METRICS_EXPORTER='otlp': must be prometheus, none")]
    [InlineData("OTEL_TRACES_SAMPLER=sometimes", "OTEL_TRACES_SAMPLER='sometimes': must be always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG=0.5", "OTEL_TRACES_SAMPLER_ARG has no effect: OTEL_TRACES_SAMPLER is parentbased_always_on")]
    [InlineData("OTEL_TRACES_SAMPLER=traceidratio;OTEL_TRACES_SAMPLER_ARG=2", "OTEL_TRACES_SAMPLER_ARG='2': must be a number from 0 to 1")]
    [InlineData("OTEL_PROPAGATORS=b3", "OTEL_PROPAGATORS='b3': must be tracecontext, with or without baggage")]
    [InlineData("OTEL_SDK_DISABLED=yes", "OTEL_SDK_DISABLED='yes': must be true, false")]
    [InlineData("OTEL_BSP_SCHEDULE_DELAY=-1", "OTEL_BSP_SCHEDULE_DELAY='-1': must be a whole number of at least 0")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES=team", "OTEL_RESOURCE_ATTRIBUTES='team': must be a list such as team=search,deployment.environment.name=test")]
    public void Read_WrongSetting_IsAMistakeThatSaysWhatIsAccepted(string settings, string mistake)
    {
        var options = new OptionsReader(Configuration(settings.Split(';')));
        StandardSettings.Read(Configuration(settings.Split(';')), options);
        Assert.Equal([mistake], Assert.Throws<ConfigurationException>(options.ThrowIfMistaken).Mistakes);
    }

    [Fact]
    public void Read_SettingsWithoutEffect_AreNamedAndNotRefused() =>
        Assert.Equal(["OTEL_EXPORTER_JAEGER_AGENT_HOST", "OTEL_NODE_IP"], Read("OTEL_NODE_IP=10.0.0.1", "OTEL_EXPORTER_JAEGER_AGENT_HOST=a", Endpoint).Unknown);

    private static StandardSettings Read(params string[] settings)
    {
        var options = new OptionsReader(Configuration(settings));
        var read = StandardSettings.Read(Configuration(settings), options);
        options.ThrowIfMistaken();
        return read;
    }

    private static IConfiguration Configuration(string[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
        .Build();
}
