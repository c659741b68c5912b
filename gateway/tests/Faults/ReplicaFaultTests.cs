using System.Collections.Concurrent;
using System.Net;
using System.Text;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Faults;

/// <summary>Replicas that go wrong in every way, behind a gateway whose clients must not notice.</summary>
public sealed class ReplicaFaultTests
{
    private const string Answer = """{"choices":[{"text":"whole"}]}""";

    [Fact]
    public async Task Kill_OneOfTwoDuring200Requests_NoneFails()
    {
        var started = 0;
        var half = new TaskCompletionSource();
        RequestDelegate slowly = async context =>
        {
            if (Interlocked.Increment(ref started) == 60)
            {
                half.TrySetResult();
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, context.RequestAborted);
            await AnswerAsync(context);
        };
        var victim = await Upstream.StartAsync(slowly);
        await using var other = await Upstream.StartAsync(slowly);
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, victim.Address, other.Address));
        await using var gateway = new RunningGateway(catalogue);

        var asking = Enumerable.Range(0, 200).Select(i => gateway.Client.PostAsync("/v1/completions", Prompt($"prompt {i}"))).ToArray();
        await half.Task.WaitAsync(Patience.Limit);
        await victim.DisposeAsync();

        foreach (var answer in await Task.WhenAll(asking))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(Answer, await answer.Content.ReadAsStringAsync());
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Kill_StreamsNotYetStarted_AreServedByAnother()
    {
        var arrived = new TaskCompletionSource();
        var victim = await Upstream.StartAsync(async context =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await using var other = await Upstream.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: [DONE]\n\n");
        });
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, victim.Address, other.Address));
        await using var gateway = new RunningGateway(catalogue);

        var asking = Enumerable.Range(0, 20).Select(i => gateway.Client.PostAsync("/v1/completions", Prompt($"prompt {i}"))).ToArray();
        await arrived.Task.WaitAsync(Patience.Limit);
        await victim.DisposeAsync();

        foreach (var answer in await Task.WhenAll(asking))
        {
            Assert.Equal("data: [DONE]\n\n", await answer.Content.ReadAsStringAsync());
            answer.Dispose();
        }
    }

    public static TheoryData<string> Faults() => ["resets at once", "resets midway", "lies about its length", "answers 503", "answers 502", "answers 429"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Answer_OneReplicaGoesWrong_TheOtherAnswersInstead(string fault)
    {
        await using var wrong = await Upstream.StartAsync(context => FailAsync(context, fault));
        await using var right = await Upstream.StartAsync(AnswerAsync);
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, wrong.Address, right.Address));
        await using var gateway = new RunningGateway(catalogue);

        for (var i = 0; i < 40; i++)
        {
            using var answer = await gateway.Client.PostAsync("/v1/completions", Prompt($"prompt {i}"));

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(Answer, await answer.Content.ReadAsStringAsync());
            Assert.Equal(right.Address.Authority, Assert.Single(answer.Headers.GetValues("x-served-by")));
            Assert.Single(answer.Headers.GetValues("x-request-id"));
        }
    }

    [Fact]
    public async Task Answer_OneReplicaNeverAnswers_TheTryEndsAndTheOtherAnswers()
    {
        await using var silent = await Upstream.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var right = await Upstream.StartAsync(AnswerAsync);
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, silent.Address, right.Address));
        await using var gateway = new RunningGateway(catalogue, ("Deadlines:Try", "00:00:03"), ("Retries:BudgetMinimum", "100"));

        // All at once: with eight prompts, some are at home on the silent one.
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => gateway.Client.PostAsync("/v1/completions", Prompt($"prompt {i}"))));

        foreach (var answer in answers)
        {
            Assert.Equal(Answer, await answer.Content.ReadAsStringAsync());
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Answer_OneReplicaIsSlow_MostGoToTheOtherAndNoneFails()
    {
        await using var slow = await Upstream.StartAsync(async context =>
        {
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, context.RequestAborted);
            await AnswerAsync(context);
        });
        await using var right = await Upstream.StartAsync(AnswerAsync);
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, slow.Address, right.Address));
        await using var gateway = new RunningGateway(catalogue);

        // Twenty clients, each with one request after the other: those at the slow one are its work under way.
        var servedBy = await Task.WhenAll(Enumerable.Range(0, 20).Select(async client =>
        {
            var served = new List<string>();
            for (var i = 0; i < 10; i++)
            {
                using var answer = await gateway.Client.PostAsync("/v1/completions", Prompt($"prompt {client} {i}"));
                Assert.Equal(Answer, await answer.Content.ReadAsStringAsync());
                served.Add(Assert.Single(answer.Headers.GetValues("x-served-by")));
            }
            return served;
        }));

        var bySlow = servedBy.SelectMany(served => served).Count(name => name == slow.Address.Authority);
        Assert.InRange(bySlow, 1, 99);
    }

    [Fact]
    public async Task Answer_OneReplicaAnswers500_IsPassedOnAndTheReplicaEjected()
    {
        await using var wrong = await Upstream.StartAsync(context => FailAsync(context, "answers 500"));
        await using var right = await Upstream.StartAsync(AnswerAsync);
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, wrong.Address, right.Address));
        await using var gateway = new RunningGateway(catalogue, ("Outliers:BaseEjection", "00:10:00"), ("Outliers:MaxEjection", "00:10:00"));

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 60; i++)
        {
            using var answer = await gateway.Client.PostAsync("/v1/completions", Prompt($"prompt {i}"));
            statuses.Add(answer.StatusCode);
        }

        // Its own fault, which another replica may share: not tried again, but three of them are enough.
        Assert.Equal(3, statuses.Count(status => status == HttpStatusCode.InternalServerError));
        Assert.All(statuses.TakeLast(20), status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Answer_AllReplicasFail_TheLastAnswerIsPassedOnAfterAtMostThreeTries()
    {
        var asked = 0;
        RequestDelegate fail = context =>
        {
            Interlocked.Increment(ref asked);
            return FailAsync(context, "answers 503");
        };
        await using var first = await Upstream.StartAsync(fail);
        await using var second = await Upstream.StartAsync(fail);
        await using var third = await Upstream.StartAsync(fail);
        await using var fourth = await Upstream.StartAsync(fail);
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, first.Address, second.Address, third.Address, fourth.Address));
        await using var gateway = new RunningGateway(catalogue);

        using var answer = await gateway.Client.PostAsync("/v1/completions", Prompt("x"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("own words", await answer.Content.ReadAsStringAsync());
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Outage_AllReplicasDownAndBack_ServesAgainByItself()
    {
        var first = await Upstream.StartAsync(AnswerAsync);
        var second = await Upstream.StartAsync(AnswerAsync);
        var ports = new[] { first.Address.Port, second.Address.Port };
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, first.Address, second.Address));
        await using var gateway = new RunningGateway(catalogue);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway));

        await first.DisposeAsync();
        await second.DisposeAsync();
        Assert.Equal(HttpStatusCode.BadGateway, await StatusAsync(gateway));

        await using var firstAgain = await Upstream.StartAsync(AnswerAsync, port: ports[0]);
        await using var secondAgain = await Upstream.StartAsync(AnswerAsync, port: ports[1]);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway));
    }

    [Fact]
    public async Task Outage_ManyRequests_NeverMoreRetriesAtATimeThanTheBudgetHas()
    {
        var seen = new ConcurrentDictionary<string, bool>();
        var (running, most, asked) = (0, 0, 0);
        RequestDelegate fail = async context =>
        {
            Interlocked.Increment(ref asked);
            var isRetry = !seen.TryAdd(await new StreamReader(context.Request.Body).ReadToEndAsync(), true);
            var now = isRetry ? Interlocked.Increment(ref running) : 0;
            for (var known = Volatile.Read(ref most); now > known; known = Volatile.Read(ref most))
            {
                Interlocked.CompareExchange(ref most, now, known);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            Interlocked.Add(ref running, isRetry ? -1 : 0);
            await FailAsync(context, "answers 503");
        };
        await using var first = await Upstream.StartAsync(fail);
        await using var second = await Upstream.StartAsync(fail);
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, first.Address, second.Address));
        await using var gateway = new RunningGateway(catalogue);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => gateway.Client.PostAsync("/v1/completions", Prompt($"prompt {i}"))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode));
        // Each has its three tries, but only a fifth of the 100 at a time is on its second or third.
        Assert.Equal(300, asked);
        Assert.InRange(most, 1, 20);
    }

    [Fact]
    public async Task Retry_NoBudgetUntilTheDeadline_FailsWithWhatTheTryGotAndIsCounted()
    {
        var tries = 0;
        var retried = new TaskCompletionSource();
        RequestDelegate fail = async context =>
        {
            if (Interlocked.Increment(ref tries) == 2)
            {
                retried.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            }
            await FailAsync(context, "answers 503");
        };
        await using var first = await Upstream.StartAsync(fail);
        await using var second = await Upstream.StartAsync(fail);
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, first.Address, second.Address));
        await using var gateway = new RunningGateway(catalogue, ("Retries:BudgetMinimum", "1"), ("Retries:BudgetRatio", "0"));
        using var leaves = new CancellationTokenSource();

        // Its second try holds the only place there is.
        var holder = gateway.Client.PostAsync("/v1/completions", Prompt("x"), leaves.Token);
        await retried.Task.WaitAsync(Patience.Limit);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = Prompt("y"), Headers = { { "x-request-timeout-ms", "300" } } };
        using var answer = await gateway.Client.SendAsync(request);

        Assert.EndsWith(
            " could not take it, and its next try waited for others to end (Retries__BudgetRatio)",
            await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.GatewayTimeout, "server_error", "deadline_exceeded"), StringComparison.Ordinal);
        Assert.Equal(3, tries);
        Assert.Contains(
            "elastic_synapse_gateway_denied_retries_total{model=\"gpt2\",version=\"1_v1\"} 1",
            await gateway.MetricsAsync(), StringComparison.Ordinal);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holder);
    }

    [Fact]
    public async Task Retry_Body_ArrivesWholeAtEachTry()
    {
        var bodies = new List<string>();
        RequestDelegate record = async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            lock (bodies)
            {
                bodies.Add($"{context.Request.ContentLength} {body.Length}");
            }
            await FailAsync(context, "answers 503");
        };
        await using var first = await Upstream.StartAsync(record);
        await using var second = await Upstream.StartAsync(record);
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, first.Address, second.Address));
        await using var gateway = new RunningGateway(catalogue);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent(new string('x', 300_000)) };
        request.Headers.TransferEncodingChunked = true;

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal(["300000 300000", "300000 300000", "300000 300000"], bodies);
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningGateway gateway)
    {
        using var answer = await gateway.Client.PostAsync("/v1/completions", Prompt("x"));
        return answer.StatusCode;
    }

    private static StringContent Prompt(string text) => new($$"""{"prompt":"{{text}}"}""", Encoding.UTF8, "application/json");

    private static Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(Answer);
    }

    private static async Task FailAsync(HttpContext context, string fault)
    {
        switch (fault)
        {
            case "resets at once":
                context.Abort();
                break;
            case "resets midway":
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(Answer[..10]);
                await context.Response.Body.FlushAsync();
                context.Abort();
                break;
            case "lies about its length":
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = 1000;
                await context.Response.WriteAsync(Answer[..10]);
                await context.Response.Body.FlushAsync();
                context.Abort();
                break;
            default:
                context.Response.Headers.RetryAfter = fault == "answers 429" ? "1" : default;
                context.Response.StatusCode = int.Parse(fault["answers ".Length..], System.Globalization.CultureInfo.InvariantCulture);
                await context.Response.WriteAsync("own words");
                break;
        }
    }
}
