using System.Diagnostics;

namespace ElasticSynapse.Benchmarks.Load;

/// <summary>A number of clients that stream one completion after the other.</summary>
/// <param name="Server">Speaks OpenAI's API.</param>
/// <param name="Workload">What each request asks for.</param>
/// <param name="Round">Decides the prompts.</param>
internal sealed record StreamingLoad(Uri Server, Workload Workload, int Round)
{
    private readonly List<CompletionsClient.Streamed> _finished = [];
    private readonly List<TimeSpan> _firstEvents = []; // of requests that started within the window
    private long _events;                              // within the window
    private volatile bool _counting;
    private volatile bool _stopping;

    /// <summary>Runs until <paramref name="seconds"/> have passed since each client had finished its first request; only what
    /// happens in that window counts.</summary>
    /// <param name="measured">Called at the beginning of the window and at its end.</param>
    public async Task<(double TokensPerSecond, double FirstTokenSeconds)> RunAsync(int clients, int seconds, Func<Task> measured)
    {
        using var warm = new CountdownEvent(clients);
        var running = Enumerable.Range(0, clients).Select(client => Task.Run(() => RunClientAsync(client, warm))).ToArray();
        await Task.WhenAny(Task.Run(warm.Wait), Task.WhenAll(running)); // the latter when one fails

        await measured();
        _counting = true;
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        _counting = false;
        var elapsed = Stopwatch.GetElapsedTime(start);
        await measured();

        _stopping = true;
        await Task.WhenAll(running);
        if (_firstEvents.Count == 0)
        {
            throw new BenchmarkException($"no request of {Server} started within {seconds} s; set --seconds higher");
        }
        // An event may carry no token, or several.
        var tokensPerEvent = _finished.Sum(request => (double)request.Tokens) / _finished.Sum(request => request.Events);
        return (_events * tokensPerEvent / elapsed.TotalSeconds, Median.Of(_firstEvents.Select(first => first.TotalSeconds)));
    }

    private async Task RunClientAsync(int client, CountdownEvent warm)
    {
        using var completions = new CompletionsClient(Server);
        for (var request = 0; !_stopping; request++)
        {
            var prompt = Prompts.Random(Round, client, request, Workload.PromptTokens, Workload.Vocabulary);
            var startedInWindow = _counting;
            var streamed = await completions.StreamAsync(prompt, Prompts.Length(Round, client, request, Workload.NewTokens), Count);
            lock (_finished)
            {
                _finished.Add(streamed);
                if (startedInWindow)
                {
                    _firstEvents.Add(streamed.First);
                }
            }
            if (request == 0)
            {
                warm.Signal();
            }
        }
    }

    private void Count()
    {
        if (_counting)
        {
            Interlocked.Increment(ref _events);
        }
    }
}
