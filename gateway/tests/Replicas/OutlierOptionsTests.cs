using System.Net;
using System.Text.RegularExpressions;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Replicas;

/// <summary>Which failures of a replica its clients see before it gets no more requests, and for how long.</summary>
public sealed partial class OutlierOptionsTests
{
    private static readonly (string Key, string Value)[] ForGood = [("Outliers:BaseEjection", "01:00:00"), ("Outliers:MaxEjection", "01:00:00")];

    [Theory]
    [InlineData("1", 1)]
    [InlineData("5", 5)]
    public async Task ConsecutiveFailures_ReplicaAlwaysFails_IsEjectedAfterSoMany(string most, int failures) =>
        Assert.Equal(failures, await FailuresSeenAsync(_ => true, 20, TimeSpan.Zero, [.. ForGood, ("Outliers:ConsecutiveFailures", most)]));

    // Every second fails, the first too: never two in a row. Of 5 that is 3, of 11 it is 6, and half no earlier.
    [Theory]
    [InlineData(null, null, 6)]
    [InlineData("MinimumRequests", "4", 3)]
    [InlineData("MinimumRequests", "1", 1)]
    [InlineData("MinimumRequests", "100000", 20)]
    [InlineData("FailureRatio", "0.9", 20)]
    [InlineData("FailureRatio", "1", 20)]
    [InlineData("FailureRatio", "0.01", 6)]
    public async Task FailureRatio_EverySecondRequestFails_ReplicaIsEjectedOnceTheShareCounts(string? option, string? value, int failures) =>
        Assert.Equal(failures, await FailuresSeenAsync(
            request => request % 2 == 1, 40, TimeSpan.Zero, option is null ? ForGood : [.. ForGood, ($"Outliers:{option}", value!)]));

    [Theory]
    [InlineData("00:00:00.010", 12)]
    [InlineData("01:00:00", 6)]
    public async Task Window_RequestsFurtherApartThanIt_NeverReachTheMinimum(string window, int failures) =>
        Assert.Equal(failures, await FailuresSeenAsync(
            request => request % 2 == 1, 24, TimeSpan.FromMilliseconds(30), [.. ForGood, ("Outliers:Window", window)]));

    [Theory]
    [InlineData("00:00:00.040", "00:00:00.100", "0.04 0.08 0.1 0.1")]
    [InlineData("00:00:00.010", "00:00:00.010", "0.01 0.01 0.01 0.01")]
    public async Task BaseEjection_ReplicaAlwaysFails_EjectionsDoubleUpToTheLongest(string first, string longest, string seconds)
    {
        await using var pair = await HomeAndOther.StartAsync(_ => true, TimeSpan.Zero);
        await using var gateway = new RunningGateway(pair.Catalogue, ("Outliers:BaseEjection", first), ("Outliers:MaxEjection", longest));
        string[] Ejections() => [.. gateway.Warnings.Select(line => EjectedFor().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)];

        await Patience.UntilAsync(
            async () =>
            {
                using var answer = await HomeAndOther.AskAsync(gateway);
                return Ejections().Length >= 4;
            },
            "it is ejected four times");

        Assert.Equal(seconds, string.Join(' ', Ejections()[..4]));
    }

    /// <returns>How many of the requests the replica at fault answered, each one with 500.</returns>
    private static async Task<int> FailuresSeenAsync(Func<int, bool> fails, int requests, TimeSpan delay, (string Key, string Value)[] settings)
    {
        await using var pair = await HomeAndOther.StartAsync(fails, delay);
        await using var gateway = new RunningGateway(pair.Catalogue, settings);
        var failures = 0;
        for (var i = 0; i < requests; i++)
        {
            using var answer = await HomeAndOther.AskAsync(gateway);
            failures += answer.StatusCode == HttpStatusCode.InternalServerError ? 1 : 0;
        }
        return failures;
    }

    [GeneratedRegex("gets no requests for ([0-9.]+) s: Failed")]
    private static partial Regex EjectedFor();

    /// <summary>Two replicas and a prompt that is at home on one of them, which fails.</summary>
    private sealed class HomeAndOther : IAsyncDisposable
    {
        private readonly List<Upstream> _replicas = [];
        private Uri? _home;
        private int _asked;

        public CatalogueFile Catalogue { get; private set; } = null!;

        public static async Task<HomeAndOther> StartAsync(Func<int, bool> fails, TimeSpan delay)
        {
            var pair = new HomeAndOther();
            for (var i = 0; i < 2; i++)
            {
                pair._replicas.Add(await Upstream.StartAsync(async context =>
                {
                    await Task.Delay(delay, TimeProvider.System);
                    var own = new Uri($"http://{context.Request.Host}");
                    // Whoever is asked first is at home.
                    pair._home ??= own;
                    context.Response.StatusCode = own == pair._home && fails(++pair._asked) ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
                }));
            }
            pair.Catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, pair._replicas[0].Address, pair._replicas[1].Address));
            return pair;
        }

        public static Task<HttpResponseMessage> AskAsync(RunningGateway gateway) =>
            gateway.Client.PostAsync("/v1/completions", new StringContent("""{"prompt":"always the same"}"""));

        public async ValueTask DisposeAsync()
        {
            Catalogue.Dispose();
            foreach (var replica in _replicas)
            {
                await replica.DisposeAsync();
            }
        }
    }
}
