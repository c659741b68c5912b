using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.ModelServer.Tests.Scheduling;

/// <summary>Sequences that grow longer than the fixture's context of 128 positions.</summary>
public class SlidingTests
{
    private const int Context = 128;

    [Fact]
    public async Task Generate_LongerThanTheContext_GoesOnWithItsNewerHalf()
    {
        await using var running = await RunningScheduler.StartAsync();
        int[] prompt = [5, 9, 40, 3];
        var generated = await TokensAsync(running, Long(prompt, 300, new SamplingParameters { Temperature = 0 }));
        Assert.Equal(300, generated.Count);

        // The same, a request for each token: of all tokens since the window's first, half of which go whenever they are more
        // than the context has room for.
        var (tokens, start) = (prompt.ToList(), 0);
        while (tokens.Count < prompt.Length + 300)
        {
            if (tokens.Count - start > Context)
            {
                start = tokens.Count - (Context / 2);
            }
            tokens.AddRange(await TokensAsync(running, Long([.. tokens[start..]], 1, new SamplingParameters { Temperature = 0 })));
        }
        Assert.Equal(tokens[prompt.Length..], generated);
    }

    // So hot that every token is as likely as any other: what is drawn shows which random numbers were.
    [Fact]
    public async Task Generate_LongerThanTheContext_DrawsNoRandomNumberTwice()
    {
        await using var running = await RunningScheduler.StartAsync();
        var tokens = await TokensAsync(running, Long([5], 400, new SamplingParameters { Temperature = 10_000, Seed = 7 }));
        for (var shift = 1; shift < 200; shift++)
        {
            Assert.True(Enumerable.Range(0, 200).Count(i => tokens[i] == tokens[i + shift]) < 20, $"the tokens repeat after {shift}");
        }
    }

    [Fact]
    public async Task Generate_SeveralLongerThanTheContextAmongOthers_SameTextsAsAlone()
    {
        var options = new SchedulerOptions { MaxSequences = "3", PrefillChunkTokens = 16 };
        await using var alone = await RunningScheduler.StartAsync(options);
        var expected = new List<string>();
        foreach (var request in Requests())
        {
            expected.Add(await alone.GenerateAsync(request));
        }
        await using var together = await RunningScheduler.StartAsync(options);
        Assert.Equal(expected, await Task.WhenAll(Requests().Select(together.GenerateAsync)));
        await together.StopAsync();
        Assert.Equal(expected.Count, together.Metric("request_success_total{length}"));
        Assert.Equal(Requests().Sum(request => request.Prompt.Length), together.Metric("prompt_tokens_total"));
        Assert.Equal(Requests().Sum(request => request.MaxTokens), together.Metric("generation_tokens_total"));

        static IEnumerable<SequenceRequest> Requests() => Enumerable.Range(0, 12).Select(i => RunningScheduler.Request(
            [.. Enumerable.Range(1, 1 + (i * 7 % 50))], maxTokens: i % 3 == 0 ? 20 : 150 + (i * 11), new SamplingParameters { Temperature = i % 2, Seed = i }));
    }

    [Fact]
    public async Task Generate_TimeIsUpOrCallerGoneBehindTheContext_EndsAtOnce()
    {
        await using var running = await RunningScheduler.StartAsync(new SchedulerOptions { MaxSequences = "2" });
        using var gone = new CancellationTokenSource();
        var left = RunningScheduler.Request([1], 200_000, new SamplingParameters { Seed = 1 }, gone.Token);
        var http = new DefaultHttpContext();
        http.Request.Headers[Deadline.Header] = "400";
        var late = new SequenceRequest
        {
            Prompt = [2],
            MaxTokens = 60_000,
            Sampling = new SamplingParameters { Seed = 2 },
            Stops = [],
            Cancelled = CancellationToken.None,
            Deadline = Deadline.Of(http, TimeProvider.System),
        };
        running.Scheduler.Enqueue([left]);
        running.Scheduler.Enqueue([late]);
        var error = await Assert.ThrowsAsync<ApiException>(() => RunningScheduler.ReadAsync(late));
        Assert.Equal(ErrorKind.DeadlineExceeded, error.Kind);
        while ((await left.Pieces.ReadAsync()).Tokens < 3 * Context)
        {
        }
        await gone.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => RunningScheduler.ReadAsync(left));
        // The slots are free.
        await Task.WhenAll(running.GenerateAsync(RunningScheduler.Request([3], 100)), running.GenerateAsync(RunningScheduler.Request([4], 100)));
    }

    private static SequenceRequest Long(int[] prompt, int maxTokens, SamplingParameters sampling) => new()
    {
        Prompt = prompt,
        MaxTokens = maxTokens,
        Sampling = sampling,
        Stops = [],
        TopLogprobs = 0,
        Cancelled = CancellationToken.None,
    };

    private static async Task<List<int>> TokensAsync(RunningScheduler running, SequenceRequest request)
    {
        running.Scheduler.Enqueue([request]);
        var tokens = new List<int>();
        await foreach (var piece in request.Pieces.ReadAllAsync())
        {
            tokens.AddRange(piece.Placed.Select(placed => placed.Token));
        }
        return tokens;
    }
}
