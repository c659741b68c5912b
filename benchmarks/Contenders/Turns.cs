using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Contenders;

/// <summary>Measures contenders in turns, so that the busy moments of a shared machine hit all of them alike.</summary>
internal static class Turns
{
    /// <summary>Starts all, measures for some rounds, and ends all.</summary>
    /// <exception cref="BenchmarkException">One can't be started or measured.</exception>
    public static async Task<Measurements> RunAsync(IReadOnlyList<IContender> contenders, int rounds)
    {
        var measurements = new Measurements();
        try
        {
            foreach (var contender in contenders)
            {
                await Console.Error.WriteLineAsync($"bench: starting {contender.Name}");
                await contender.StartAsync();
            }
            for (var round = 0; round < rounds; round++)
            {
                await Console.Error.WriteLineAsync($"bench: round {round + 1} of {rounds}, load {Machine.Load()}");
                for (var measure = 0; measure < contenders[0].Measures.Count; measure++)
                {
                    for (var turn = 0; turn < contenders.Count; turn++)
                    {
                        // Each round begins with another.
                        await contenders[(round + turn) % contenders.Count].Measures[measure](round, measurements);
                    }
                }
            }
            foreach (var contender in contenders)
            {
                measurements.Add(contender.Name, Measurements.PeakMemory, contender.PeakMemoryBytes() / (double)(1 << 20));
            }
            return measurements;
        }
        finally
        {
            foreach (var contender in contenders)
            {
                contender.Dispose();
            }
        }
    }
}
