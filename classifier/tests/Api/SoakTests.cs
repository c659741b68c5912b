namespace ElasticSynapse.Classifier.Tests.Api;

[Collection(AloneInTheProcess.Name)]
public sealed class SoakTests
{
    private const int MostTokens = 128;

    [Fact]
    public async Task Classify_20000Texts_LeaveNothingBehind()
    {
        using var server = ClassifierServer.Start(new() { ["Classification:CacheBytes"] = "65536" });
        var texts = Golden.Of(MostTokens).Select(golden => golden.Text).ToArray();
        await RunAsync(rounds: 10); // buffers, pools and the cache fill

        // A leak of 100 bytes a text would leave 2 MB behind each time; pools that still grow do so once.
        var left = long.MaxValue;
        for (var time = 0; left > 1_500_000 && time < 5; time++)
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            await RunAsync(rounds: 40);
            left = GC.GetTotalMemory(forceFullCollection: true) - before;
        }

        Assert.InRange(left, long.MinValue, 1_500_000);

        async Task RunAsync(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                await server.AnswerAsync("/classify", new { texts = Enumerable.Range(0, 250).Select(i => $"{round} {i} {texts[i % texts.Length]}") });
                await server.AnswerAsync("/classify", new { texts = Enumerable.Range(0, 250).Select(i => texts[i % texts.Length]), windows = true });
                using var refused = await server.PostAsync("/classify", "{\"texts\":[5]}");
                Assert.Equal(400, (int)refused.StatusCode);
            }
        }
    }
}
