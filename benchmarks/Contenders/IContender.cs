using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Contenders;

/// <summary>Measures one thing once.</summary>
/// <param name="round">Decides the inputs: the same for all contenders.</param>
/// <param name="measurements">Where the result goes.</param>
internal delegate Task Measure(int round, Measurements measurements);

/// <summary>What is measured beside others on the same inputs.</summary>
internal interface IContender : IDisposable
{
    string Name { get; }

    /// <summary>What is measured; the same number and order for all contenders of a benchmark.</summary>
    IReadOnlyList<Measure> Measures { get; }

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <exception cref="BenchmarkException">It does not start.</exception>
    Task StartAsync();

    /// <summary>The most memory that it had in use so far, files that it maps included.</summary>
    long PeakMemoryBytes();
}
