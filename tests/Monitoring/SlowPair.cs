using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>Two replicas of a classifier that answer at once, but for one text: whichever is asked it first sits on it.</summary>
internal sealed class SlowPair : IAsyncDisposable
{
    public const string Model = "slow-bert";
    public const string SlowText = "sit on this";

    // Only while the gateway does not know yet what is slow: then it gives up on nobody.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly List<Upstream> _replicas = [];
    private int _held;

    private SlowPair()
    {
    }

    public IEnumerable<Uri> Addresses => _replicas.Select(replica => replica.Address);

    public static async Task<SlowPair> StartAsync()
    {
        var pair = new SlowPair();
        pair._replicas.Add(await Upstream.StartAsync(pair.AnswerAsync));
        pair._replicas.Add(await Upstream.StartAsync(pair.AnswerAsync));
        return pair;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        if (body.Contains(SlowText, StringComparison.Ordinal) && Interlocked.CompareExchange(ref _held, 1, 0) == 0)
        {
            await Task.Delay(Longest, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Volatile.Write(ref _held, 0);
        }
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("[]");
    }
}
