using System.ComponentModel.DataAnnotations;
using System.Net;
using ElasticSynapse.Gateway.Admission;
using ElasticSynapse.Tests;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Running;

/// <summary>Every option that has a range, set by its environment name: both ends serve, and what lies beyond stops the start.</summary>
public sealed class OptionRangesTests
{
    private const string Assembly = "ElasticSynapse.Gateway.dll";

    // Least, most, below it, above it, and the rule that these two break.
    private static readonly (string Name, string Least, string Most, string Below, string Above, string Rule)[] Ranges =
    [
        ("Cors__MaxAge", "00:00:00", "1.00:00:00", "-00:00:01", "1.00:00:01", "must be between 00:00:00 and 1.00:00:00"),
        ("Callers__ReloadInterval", "00:00:00.0100000", "00:01:00", "00:00:00.0090000", "00:01:01", "must be between 00:00:00.010 and 00:01:00"),
        ("Admission__MaxRunning", "1", "1000000", "0", "1000001", "must be between 1 and 1,000,000"),
        ("Admission__MaxRunningPerCaller", "1", "1000000", "0", "1000001", "must be between 1 and 1,000,000"),
        ("Admission__MaxQueued", "0", "1000000", "-1", "1000001", "must be between 0 and 1,000,000"),
        ("Admission__MaxQueuedPerCaller", "0", "1000000", "-1", "1000001", "must be between 0 and 1,000,000"),
        ("Admission__MaxWait", "00:00:00.0100000", "01:00:00", "00:00:00.0090000", "01:00:01", "must be between 00:00:00.010 and 01:00:00"),
        ("Catalogue__ReloadInterval", "00:00:00.0100000", "00:01:00", "00:00:00.0090000", "00:01:01", "must be between 00:00:00.010 and 00:01:00"),
        ("Upstreams__ActivityTimeout", "00:00:00.1000000", "01:00:00", "00:00:00.0990000", "01:00:01", "must be between 00:00:00.100 and 01:00:00"),
        ("Replicas__ProbeInterval", "00:00:00.0100000", "00:10:00", "00:00:00.0090000", "00:10:01", "must be between 00:00:00.010 and 00:10:00"),
        ("Replicas__ProbeTimeout", "00:00:00.0100000", "00:10:00", "00:00:00.0090000", "00:10:01", "must be between 00:00:00.010 and 00:10:00"),
        ("Replicas__ReportMaxAge", "00:00:00.0100000", "00:10:00", "00:00:00.0090000", "00:10:01", "must be between 00:00:00.010 and 00:10:00"),
        ("Replicas__AffinityBytes", "0", "65536", "-1", "65537", "must be between 0 and 65,536 bytes"),
        ("Replicas__AffinityLoadFactor", "1", "100", "0.99", "NaN", "must be between 1 and 100"),
        ("CanaryGuard__MinimumRequests", "1", "1000000", "0", "1000001", "must be between 1 and 1,000,000"),
        ("CanaryGuard__ErrorRateMargin", "0", "1", "-0.01", "1.01", "must be between 0 and 1"),
        ("CanaryGuard__FirstTokenMargin", "0", "1000", "-0.01", "Infinity", "must be between 0 and 1,000"),
        ("CanaryGuard__Window", "00:00:01", "1.00:00:00", "00:00:00.9990000", "1.00:00:01", "must be between 00:00:01 and 1.00:00:00"),
        ("Shadow__MaxRunning", "1", "100000", "0", "100001", "must be between 1 and 100,000"),
        ("Shadow__MaxBodyBytes", "1", "268435456", "0", "268435457", "must be between 1 and 268,435,456 bytes"),
        ("Shadow__Timeout", "00:00:00.0100000", "01:00:00", "00:00:00.0090000", "01:00:01", "must be between 00:00:00.010 and 01:00:00"),
        ("Streaming__KeepAlive", "00:00:00", "01:00:00", "-00:00:01", "01:00:01", "must be between 00:00:00 and 01:00:00"),
        ("Outliers__ConsecutiveFailures", "1", "1000", "0", "1001", "must be between 1 and 1,000"),
        ("Outliers__FailureRatio", "0.01", "1", "0.009", "1.01", "must be between 0.01 and 1"),
        ("Outliers__MinimumRequests", "1", "100000", "0", "100001", "must be between 1 and 100,000"),
        ("Outliers__Window", "00:00:00.0100000", "01:00:00", "00:00:00.0090000", "01:00:01", "must be between 00:00:00.010 and 01:00:00"),
        ("Outliers__BaseEjection", "00:00:00.0100000", "01:00:00", "00:00:00.0090000", "01:00:01", "must be between 00:00:00.010 and 01:00:00"),
        ("Outliers__MaxEjection", "00:00:00.0100000", "01:00:00", "00:00:00.0090000", "01:00:01", "must be between 00:00:00.010 and 01:00:00"),
        ("Retries__MaxTries", "1", "10", "0", "11", "must be between 1 and 10"),
        ("Retries__BaseDelay", "00:00:00", "00:00:10", "-00:00:01", "00:00:11", "must be between 00:00:00 and 00:00:10"),
        ("Retries__MaxRetryAfter", "00:00:00", "00:01:00", "-00:00:01", "00:01:01", "must be between 00:00:00 and 00:01:00"),
        ("Retries__BudgetRatio", "0", "1", "-0.01", "1.01", "must be between 0 and 1"),
        ("Retries__BudgetMinimum", "0", "10000", "-1", "10001", "must be between 0 and 10,000"),
        ("Hedging__MinimumDelay", "00:00:00.0010000", "00:01:00", "00:00:00.0009000", "00:01:01", "must be between 00:00:00.001 and 00:01:00"),
        ("Deadlines__Request", "00:00:00.0100000", "1.00:00:00", "00:00:00.0090000", "1.00:00:01", "must be between 00:00:00.010 and 1.00:00:00"),
        ("Deadlines__Try", "00:00:00.0100000", "1.00:00:00", "00:00:00.0090000", "1.00:00:01", "must be between 00:00:00.010 and 1.00:00:00"),
    ];

    // Only in a cluster.
    private static readonly (string Name, string Least, string Most, string Below, string Above, string Rule)[] ClusterRanges =
    [
        ("Kubernetes__PageSize", "1", "10000", "0", "10001", "must be between 1 and 10,000"),
        ("Kubernetes__WatchTimeout", "00:00:01", "01:00:00", "00:00:00.9990000", "01:00:01", "must be between 00:00:01 and 01:00:00"),
        ("ScaleFromZero__MaxWait", "00:00:00.0100000", "01:00:00", "00:00:00.0090000", "01:00:01", "must be between 00:00:00.010 and 01:00:00"),
        ("ScaleFromZero__MaxWaiting", "0", "1000000", "-1", "1000001", "must be between 0 and 1,000,000"),
    ];

    [Fact]
    public void Ranges_OfTheOptionClasses_AreAllHere() => Assert.Equal(
        typeof(AdmissionOptions).Assembly.GetTypes().SelectMany(type => type.GetProperties())
            .Where(property => property.IsDefined(typeof(RangeAttribute), inherit: false)).Select(property => property.Name).Order(StringComparer.Ordinal),
        Ranges.Concat(ClusterRanges).Select(range => range.Name.Split("__")[1]).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_EachOptionBeyondItsRange_IsListedWithValueAndRule(bool above)
    {
        using var keys = new KeysFile();
        var all = Ranges.Concat(ClusterRanges).Select(range => (range.Name, Value: above ? range.Above : range.Below, range.Rule)).ToArray();
        var settings = all.ToDictionary(option => option.Name, option => option.Value);
        settings["Cors__AllowedOrigins"] = "*";
        settings["Callers__KeysFile"] = keys.Path;
        settings["Hedging__Enabled"] = "true";
        settings["Kubernetes__Namespace"] = "synapse";
        settings["Kubernetes__ApiServer"] = "http://127.0.0.1:1";
        // Of no effect in a cluster, and the other mistake about it is not what this is about.
        settings.Remove("Catalogue__ReloadInterval");

        using var gateway = ServiceProcess.Start(Assembly, settings);
        var (exitCode, standardError) = await gateway.ExitAsync();

        Assert.Equal(1, exitCode);
        Assert.Equal(
            all.Where(option => settings.ContainsKey(option.Name)).Select(option => $"  {option.Name}='{option.Value}': {option.Rule}").Order(StringComparer.Ordinal),
            standardError.TrimEnd().Split('\n')[1..].Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_EachOptionAtAnEndOfItsRange_Serves(bool most)
    {
        await using var upstream = await Upstream.StartAsync("served");
        using var catalogue = CatalogueFile.OfGpt2(
            new FileVersion("1_v1", 100, ["stable"], upstream.Address), new FileVersion("2_v1", 0, ["canary"], upstream.Address));
        using var keys = new KeysFile(("ada", "key-of-ada", ""));
        var settings = Ranges.ToDictionary(range => range.Name, range => most ? range.Most : range.Least);
        settings["Catalogue__File"] = catalogue.Path;
        settings["Cors__AllowedOrigins"] = "*";
        settings["Callers__KeysFile"] = keys.Path;
        settings["Hedging__Enabled"] = "true";
        // A hundredth of a second is not enough for a busy machine.
        settings["Deadlines__Request"] = settings["Deadlines__Try"] = "1.00:00:00";
        settings["Upstreams__ActivityTimeout"] = settings["Replicas__ProbeTimeout"] = "00:01:00";
        using var gateway = ServiceProcess.Start(Assembly, settings);
        var client = await gateway.ReadyAsync();

        client.DefaultRequestHeaders.Authorization = new("Bearer", "key-of-ada");
        using var answer = await client.PostAsync("/v1/completions", new StringContent("""{"prompt":"x"}"""));

        Assert.Equal((HttpStatusCode.OK, "served"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_EachOptionOfAClusterAtAnEndOfItsRange_Serves(bool most)
    {
        await using var upstream = await Upstream.StartAsync("served");
        await using var api = await Upstream.StartAsync(async context =>
        {
            var isWatch = context.Request.Query["watch"] == "true";
            await context.Response.WriteAsync(isWatch ? "" : """{"metadata":{"resourceVersion":"1"},"items":[]}""");
            await context.Response.Body.FlushAsync();
            await Task.Delay(isWatch ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, TimeProvider.System, context.RequestAborted);
        });
        var settings = ClusterRanges.ToDictionary(range => range.Name, range => most ? range.Most : range.Least);
        settings["Kubernetes__Namespace"] = "synapse";
        settings["Kubernetes__ApiServer"] = api.Address.AbsoluteUri;
        settings["Deadlines__Request"] = "1.00:00:00"; // which bounds how long a start is waited for
        using var gateway = ServiceProcess.Start(Assembly, settings);
        var client = await gateway.ReadyAsync();

        await Patience.UntilAsync(
            async () => await client.GetStringAsync("/v1/models") is var models && models.Contains("\"data\":[]", StringComparison.Ordinal), "the empty catalogue is known");
    }
}
