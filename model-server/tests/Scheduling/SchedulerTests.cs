using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Tests.Decoding;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.ModelServer.Tests.Scheduling;

public class SchedulerTests
{
    [Fact]
    public async Task Stop_AfterItWasStoppedAndDisposed_DoesNothing()
    {
        var running = await RunningScheduler.StartAsync();
        await running.DisposeAsync();

        await running.Scheduler.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task GraceEnds_WhatRunsAndWaits_IsToldAndCounted()
    {
        await using var running = await RunningScheduler.StartAsync(new SchedulerOptions { MaxSequences = "2" });
        var requests = Enumerable.Range(0, 200).Select(i => RunningScheduler.Request([1 + i], 1_000, new SamplingParameters { Seed = i })).ToList();
        requests.ForEach(request => running.Scheduler.Enqueue([request]));
        await requests[0].Pieces.WaitToReadAsync();

        running.EndGrace();

        // What is admitted after it ends at once, too.
        running.Scheduler.Enqueue([RunningScheduler.Request([5], 120)]);
        var told = await Assert.ThrowsAsync<ApiException>(() => RunningScheduler.ReadAsync(requests[^1]));
        Assert.Equal(ErrorKind.NotReady, told.Kind);
        Assert.Contains("is stopping, and the grace period for running requests is over (Drain__GracePeriod)", told.Message, StringComparison.Ordinal);
        await running.StopAsync();
        Assert.Equal(201, running.Metric("request_success_total"));
        Assert.True(running.Metric("request_success_total{abort}") > 100);
        Assert.Throws<ApiException>(() => running.Scheduler.Enqueue([RunningScheduler.Request([5], 1)]));
    }

    // The way of a GPU's memory: what the scheduler reads has to be fetched, what it copies stays there.
    [Fact]
    public async Task Generate_WithMemoryOfADevice_SameTextsAsWithTheHosts()
    {
        await using var host = await RunningScheduler.StartAsync(new SchedulerOptions { MaxSequences = "3" });
        await using var device = await RunningScheduler.StartAsync(new SchedulerOptions { MaxSequences = "3" }, memory: new SeparateMemory());
        var expected = await Task.WhenAll(Requests().Select(host.GenerateAsync));
        Assert.Equal(expected, await Task.WhenAll(Requests().Select(device.GenerateAsync)));

        // Twelve prompts of four beginnings, longer than the three slots and the cache at a time; greedy ones draft.
        static IEnumerable<SequenceRequest> Requests() => Enumerable.Range(0, 12).Select(i => RunningScheduler.Request(
            [.. Enumerable.Range(1, 20 + (i % 4)), 5, 6, 5, 6, 5], maxTokens: 30 + i, new SamplingParameters { Temperature = i % 3 == 0 ? 0 : 1, Seed = i }));
    }

    [Fact]
    public async Task Metrics_OfMixedRequests_CountEachOnce()
    {
        await using var running = await RunningScheduler.StartAsync(new SchedulerOptions { MaxSequences = "3" });
        using var gone = new CancellationTokenSource();
        // So long that it can't end before its caller goes, however late this thread gets its turn.
        var left = RunningScheduler.Request([1, 2, 3], 60_000, new SamplingParameters { Seed = 1 }, gone.Token);
        running.Scheduler.Enqueue([left]);
        await left.Pieces.ReadAsync();
        await gone.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => RunningScheduler.ReadAsync(left));
        var cancelledTokens = running.Metric("generation_tokens_total");

        int[] prompt = [7, 8, 9, 10];
        var choices = Enumerable.Range(0, 4).Select(choice => RunningScheduler.Request(prompt, 5, new SamplingParameters { Seed = 3, Choice = choice })).ToList();
        running.Scheduler.Enqueue(choices);
        await Task.WhenAll(choices.Select(RunningScheduler.ReadAsync));
        var ended = RunningScheduler.Request([1], 50, new SamplingParameters { Temperature = 0, LogitBias = new Dictionary<int, float> { [0] = 100 }, EndTokens = new HashSet<int> { 0 } });
        await running.GenerateAsync(ended);
        await running.StopAsync();

        Assert.Equal(6, running.Metric("request_success_total"));
        Assert.Equal(1, running.Metric("request_success_total{abort}"));
        Assert.Equal(4, running.Metric("request_success_total{length}"));
        Assert.Equal(1, running.Metric("request_success_total{stop}"));
        Assert.Equal(6, running.Metric("e2e_request_latency_seconds"));
        Assert.Equal(6, running.Metric("request_queue_time_seconds"));
        Assert.Equal(6, running.Metric("time_to_first_token_seconds"));
        Assert.Equal(3 + (4 * 4) + 1, running.Metric("prompt_tokens_total"));
        Assert.Equal(cancelledTokens + (4 * 5) + 1, running.Metric("generation_tokens_total"));
        Assert.Equal(running.Metric("generation_tokens_total") - 6, running.Metric("inter_token_latency_seconds"));
        Assert.Equal(0, running.Metric("num_requests_running") + running.Metric("num_requests_waiting"));
    }

    [Fact]
    public async Task Enqueue_ChoicesOfOnePrompt_RunItOnce()
    {
        await using var running = await RunningScheduler.StartAsync(new SchedulerOptions { MaxSequences = "8", PrefixCacheSequences = 0 });
        int[] prompt = [.. Enumerable.Range(1, 40)];
        var choices = Enumerable.Range(0, 8).Select(choice => RunningScheduler.Request(prompt, 30, new SamplingParameters { Seed = 3, Choice = choice })).ToList();

        running.Scheduler.Enqueue(choices);
        var together = await Task.WhenAll(choices.Select(RunningScheduler.ReadAsync));

        Assert.Equal(7 * 40, running.Metric("prefix_cache_hits_total"));
        for (var choice = 0; choice < 8; choice++)
        {
            Assert.Equal(
                await running.GenerateAsync(RunningScheduler.Request([.. prompt], 30, new SamplingParameters { Seed = 3, Choice = choice })), together[choice]);
        }
    }

    [Theory]
    [InlineData(16, 1, "fp32")]
    [InlineData(17, 2, "fp32")]
    [InlineData(50, 8, "fp32")]
    [InlineData(128, 20, "fp32")]
    [InlineData(16, 1, "int8")]
    [InlineData(50, 8, "int8")]
    [InlineData(128, 20, "int8")]
    [InlineData(17, 2, "int4")]
    [InlineData(128, 20, "int4")]
    public async Task PrefixCache_Warm_GivesTheSameBits(int chunk, int sequences, string precision)
    {
        await using var cold = await RunningScheduler.StartAsync(new SchedulerOptions { PrefixCacheSequences = 0, PrefillChunkTokens = chunk }, precision: precision);
        await using var warm = await RunningScheduler.StartAsync(new SchedulerOptions { PrefixCacheSequences = sequences, PrefillChunkTokens = chunk }, precision: precision);
        var random = new Random(chunk);
        var stories = Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 110).Select(_ => 1 + random.Next(842)).ToArray()).ToArray();
        for (var i = 0; i < 120; i++)
        {
            var story = stories[random.Next(stories.Length)];
            int[] prompt = [.. story.Take(1 + random.Next(20) * 5), .. random.Next(3) > 0 ? [] : new[] { 1 + random.Next(842) }];
            Assert.Equal(await GenerateAsync(cold), await GenerateAsync(warm));

            Task<string> GenerateAsync(RunningScheduler running) => running.GenerateAsync(new SequenceRequest
            {
                Prompt = prompt, MaxTokens = 3, Sampling = new SamplingParameters { Seed = i }, Stops = [], TopLogprobs = 3, Cancelled = default,
            });
        }
        Assert.Equal(0, cold.Metric("prefix_cache_hits_total"));
        Assert.True(warm.Metric("prefix_cache_hits_total") > 100);
    }

    // Else a beginning is taken in whole chunks, because a run's end shows in its last bits.
    [Theory]
    [InlineData("fp32")]
    [InlineData("int8")]
    [InlineData("int4")]
    public async Task PrefixCache_BeginningShorterThanAChunk_TakenWhereTheBitsAreTheSame(string precision)
    {
        await using var running = await RunningScheduler.StartAsync(precision: precision);
        int[] first = [.. Enumerable.Range(1, 40)];
        await GenerateAsync(first);
        foreach (var (prompt, hits) in new[] { ((int[])[.. first[..25], 700, 701], 25), ([.. first[..25], 700, 702], 26), (first[..30], 29), ([9, .. first], 0), ([.. first, 5], 40) })
        {
            var before = running.Metric("prefix_cache_hits_total");
            await GenerateAsync(prompt);
            Assert.Equal(running.Generator.Model.TokensAreRunAlike ? hits : 0, running.Metric("prefix_cache_hits_total") - before);
        }

        Task GenerateAsync(int[] prompt) => running.GenerateAsync(RunningScheduler.Request(prompt, 3));
    }

    [Fact]
    public async Task Enqueue_TwoThousandMixed_EachEqualsItselfAlone()
    {
        await using var running = await RunningScheduler.StartAsync(new SchedulerOptions { MaxSequences = "7", PrefillChunkTokens = 32, MaxQueuedSequences = 4_096, MaxQueuedTokens = 1_000_000 });
        var random = new Random(20261121);
        var makers = Enumerable.Range(0, 2_000).Select(i =>
        {
            var prompt = Enumerable.Range(0, 1 + random.Next(i % 10 == 0 ? 90 : 20)).Select(_ => 1 + random.Next(842)).ToArray();
            var (maxTokens, temperature, stop, logprobs, batch) = (1 + random.Next(24), random.Next(3) / 2f, random.Next(3), random.Next(5) == 0, random.Next(4) == 0);
            return (Func<CancellationToken, SequenceRequest>)(cancelled => new SequenceRequest
            {
                Prompt = prompt,
                MaxTokens = maxTokens,
                Sampling = new SamplingParameters { Seed = i, Temperature = temperature, TopK = i % 7 * 10, RepetitionPenalty = i % 3 == 0 ? 1.3f : 1 },
                Stops = stop == 0 ? ["e", "sun"] : [],
                TopLogprobs = logprobs ? 2 : null,
                Priority = batch ? Priority.Batch : Priority.Interactive,
                Cancelled = cancelled,
            });
        }).ToArray();
        var alone = new List<string>();
        foreach (var maker in makers)
        {
            alone.Add(await running.GenerateAsync(maker(CancellationToken.None)));
        }

        var leaving = makers.Select(_ => random.Next(5) == 0).ToArray();
        var together = await Task.WhenAll(makers.Select(async (maker, i) =>
        {
            using var gone = new CancellationTokenSource();
            var request = maker(gone.Token);
            running.Scheduler.Enqueue([request]);
            if (!leaving[i])
            {
                return await RunningScheduler.ReadAsync(request);
            }
            await request.Pieces.WaitToReadAsync();
            await gone.CancelAsync();
            return null;
        }));

        Assert.All(alone.Zip(together), pair => Assert.True(pair.Second is null || pair.First == pair.Second, $"{pair.First}\n{pair.Second}"));
        await running.StopAsync();
        Assert.Equal(4_000, running.Metric("request_success_total"));
        Assert.Equal(0, running.Metric("request_success_total{error}"));
        Assert.Equal(0, running.Metric("num_requests_running") + running.Metric("num_requests_waiting") + running.Metric("kv_cache_usage_perc"));
    }
}
