using System.Net;
using System.Text;
using ElasticSynapse.Gateway.Tests.Running;

namespace ElasticSynapse.Gateway.Tests.Versions;

public sealed class PinnedRequestsTests
{
    // 99.99 % of chi-square with two degrees of freedom; sessions decide, so that every run draws the same.
    private const double ChiSquareLimit = 18.42;
    private const int Requests = 10_000;

    private static readonly (string Version, double Weight)[] Versions = [("1_v1", 70), ("2_v1", 20), ("3_v1", 10)];

    [Fact]
    public async Task Post_TenThousandWithRandomPins_ReachWhatTheyPinAndElseTheExpectedShares()
    {
        var upstreams = await Task.WhenAll(Versions.Select(version => Upstream.StartAsync(version.Version)));
        try
        {
            using var catalogue = CatalogueFile.OfGpt2([.. Versions.Select((version, i) => new FileVersion(version.Version, version.Weight, upstreams[i].Address))]);
            await using var gateway = new RunningGateway(catalogue);
            var random = new Random(1);
            var pins = Enumerable.Range(0, Requests).Select(_ => (Way: random.Next(6), Versions[random.Next(Versions.Length)].Version)).ToArray();
            var served = new string[Requests];
            await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancelled) =>
            {
                using var request = Request(i, pins[i].Way, pins[i].Version);
                using var answer = await gateway.Client.SendAsync(request, cancelled);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                served[i] = await answer.Content.ReadAsStringAsync(cancelled);
                Assert.Equal([served[i]], answer.Headers.GetValues("x-model-version"));
            });

            Assert.All(pins.Zip(served), one => Assert.True(one.First.Way > 2 || one.First.Version == one.Second, $"{one.First} went to {one.Second}"));
            var unpinned = served.Where((_, i) => pins[i].Way > 2).ToArray();
            Assert.InRange(unpinned.Length, 4_500, 5_500);
            Assert.InRange(ChiSquare(unpinned), 0, ChiSquareLimit);
        }
        finally
        {
            foreach (var upstream in upstreams)
            {
                await upstream.DisposeAsync();
            }
        }
    }

    // Ways 0 to 2 pin: in the path, by header, in the body. The others leave it to the weights.
    private static HttpRequestMessage Request(int session, int way, string version)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, way == 0 ? $"/models/gpt2/versions/{version}/v1/completions" : "/v1/completions")
        {
            Content = new StringContent(way == 2 ? $$"""{"model":"gpt2@{{version}}"}""" : "{}", Encoding.UTF8),
        };
        request.Headers.Add("x-session-id", $"session-{session}");
        if (way == 1)
        {
            request.Headers.Add("x-model-version", version);
        }
        return request;
    }

    private static double ChiSquare(string[] served) => Versions.Sum(version =>
    {
        var expected = served.Length * version.Weight / 100;
        return Math.Pow(served.Count(one => one == version.Version) - expected, 2) / expected;
    });
}
