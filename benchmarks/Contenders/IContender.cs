using ElasticSynapse.Benchmarks.Report;

namespace ElasticSynapse.Benchmarks.Contenders;

/// <summary>Something that generates, measured beside others on the same prompts.</summary>
internal interface IContender : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <exception cref="BenchmarkException">It does not start.</exception>
    Task StartAsync();

    /// <summary>Measures many streams at once.</summary>
    Task MeasureTogetherAsync(int round, Measurements measurements);

    /// <summary>Measures one stream.</summary>
    Task MeasureAloneAsync(int round, Measurements measurements);

    /// <summary>The most memory that it had in use so far, files that it maps included.</summary>
    long PeakMemoryBytes();
}
