using ElasticSynapse.Serving.Hosting.Telemetry;

namespace ElasticSynapse.Serving.Tests.Hosting.Telemetry;

public sealed class PrometheusNameTests
{
    [Theory]
    [InlineData("http.server.request.duration", "s", false, "http_server_request_duration_seconds")]
    [InlineData("http.server.active_requests", "{request}", false, "http_server_active_requests")]
    [InlineData("elastic_synapse.tokens", "{token}", true, "elastic_synapse_tokens_total")]
    [InlineData("elastic_synapse.tokens_total", "{token}", true, "elastic_synapse_tokens_total")]
    [InlineData("busy_total", "s", true, "busy_seconds_total")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", true, "dotnet_gc_heap_total_allocated_bytes_total")]
    [InlineData("queue.wait_seconds", "s", false, "queue_wait_seconds")]
    [InlineData("step", "ms", false, "step_milliseconds")]
    [InlineData("step", "us", false, "step_microseconds")]
    [InlineData("slots.used", "1", false, "slots_used_ratio")]
    [InlineData("retries", "1", true, "retries_total")]
    [InlineData("cpu", "%", false, "cpu_percent")]
    [InlineData("dotnet.process.cpu.count", "{cpu}", false, "dotnet_process_cpu")]
    [InlineData("8bit", null, false, "_8bit")]
    [InlineData("a:b-c d", "", false, "a:b_c_d")]
    [InlineData("café", null, false, "caf_")]
    public void Metric_NameUnitAndKind_FollowTheOpenTelemetryRules(string name, string? unit, bool isCounter, string expected) =>
        Assert.Equal(expected, PrometheusName.Metric(name, unit, isCounter));

    [Theory]
    [InlineData("http.response.status_code", "http_response_status_code")]
    [InlineData("a:b", "a_b")]
    [InlineData("2xx", "_2xx")]
    [InlineData("", "_")]
    public void Label_AnyName_BecomesALegalOne(string name, string expected) => Assert.Equal(expected, PrometheusName.Label(name));
}
