using System.Diagnostics;
using System.Globalization;

namespace ElasticSynapse.Benchmarks.Contenders;

/// <summary>A process without HTTP: it says a line once it is ready, and then answers each line with a line of numbers.</summary>
internal sealed class Worker(string name, ProcessStartInfo start) : IDisposable
{
    private ContenderProcess? _process;

    public string Name => name;

    /// <exception cref="BenchmarkException">It ends.</exception>
    public async Task StartAsync()
    {
        _process = new ContenderProcess(name, start, answers: true);
        await _process.AnswerAsync();
    }

    public async Task<double[]> AskAsync(string question)
    {
        var answer = await _process!.AskAsync(question);
        return [.. answer.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }

    public long PeakMemoryBytes() => _process!.PeakMemoryBytes();

    public void Dispose() => _process?.Dispose();
}
