using System.Diagnostics;
using ElasticSynapse.Serving.Hosting.Model;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>How many runs there are at a time, each on one thread.</summary>
internal sealed record WorkerCount(int Workers)
{
    // Fewer workers must be clearly better: a busy machine's noise must not cost half of the cores for good.
    private const double ClearlyBetter = 1.05;

    private static readonly TimeSpan Trial = TimeSpan.FromMilliseconds(100);

    /// <summary>As many as <see cref="RuntimeOptions.Threads"/> says; else one a core that the process may use, or half as many
    /// where they are faster: two threads of one physical core, or a fraction of one that a container limit leaves, can be slower
    /// together than one alone.</summary>
    /// <param name="cores">That the process may use.</param>
    /// <param name="sequencesPerSecond">Of so many workers; called only where there is something to choose.</param>
    public static WorkerCount Of(RuntimeOptions runtime, int cores, Func<int, double> sequencesPerSecond)
    {
        if (runtime.Threads != 0 || cores < 2)
        {
            return new(runtime.Threads == 0 ? cores : runtime.Threads);
        }
        var half = cores / 2;
        return new(sequencesPerSecond(half) > ClearlyBetter * sequencesPerSecond(cores) ? half : cores);
    }

    /// <summary>Runs a sequence over and over for a tenth of a second.</summary>
    public static double Measure(int workers, Func<ISequenceRunner> newRunner, TokenSequence sequence)
    {
        var runs = 0;
        var elapsed = TimeSpan.Zero;
        using var together = new Barrier(workers);
        Thread[] threads = [.. Enumerable.Range(0, workers).Select(_ => new Thread(Work) { IsBackground = true })];
        foreach (var thread in threads)
        {
            thread.Start();
        }
        foreach (var thread in threads)
        {
            thread.Join();
        }
        return runs / elapsed.TotalSeconds;

        void Work()
        {
            using var runner = newRunner();
            runner.Run([sequence]); // the first run of a runner allocates
            together.SignalAndWait();
            var start = Stopwatch.GetTimestamp();
            var own = 0;
            do
            {
                runner.Run([sequence]);
                own++;
            }
            while (Stopwatch.GetElapsedTime(start) < Trial);
            lock (together)
            {
                runs += own;
                elapsed = Stopwatch.GetElapsedTime(start); // of the last to end
            }
        }
    }
}
