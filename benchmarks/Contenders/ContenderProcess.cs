using System.Diagnostics;
using System.Globalization;

namespace ElasticSynapse.Benchmarks.Contenders;

/// <summary>A contender's process. What it says goes into a log file; it is ended by its own id.</summary>
internal sealed class ContenderProcess : IDisposable
{
    private readonly string _name;
    private readonly string _log;
    private readonly StreamWriter _logWriter;
    private readonly Process _process;

    /// <param name="name">Names the log file.</param>
    /// <param name="start">What to run.</param>
    /// <param name="answers">Whether its standard output is read through <see cref="AskAsync"/> instead of logged.</param>
    public ContenderProcess(string name, ProcessStartInfo start, bool answers)
    {
        _name = name;
        _log = Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "bench")).FullName, $"{name}.log");
        _logWriter = new StreamWriter(_log) { AutoFlush = true };
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.RedirectStandardInput = answers;
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) => Log(line.Data);
        _process.OutputDataReceived += (_, line) => Log(line.Data);
        AppDomain.CurrentDomain.ProcessExit += End; // also when this process is told to end early
        _process.Start();
        _process.BeginErrorReadLine();
        if (!answers)
        {
            _process.BeginOutputReadLine();
        }
    }

    /// <summary>Asks one line and waits for one line.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        return await AnswerAsync();
    }

    /// <summary>Waits for one line.</summary>
    public async Task<string> AnswerAsync() => await _process.StandardOutput.ReadLineAsync() ?? throw Ended();

    /// <exception cref="BenchmarkException">The process has ended.</exception>
    public void ThrowIfEnded()
    {
        if (_process.HasExited)
        {
            throw Ended();
        }
    }

    /// <summary>Of the process and of those that it has started.</summary>
    /// <remarks>VmHWM of proc(5): the peak of the resident set, mapped files included.</remarks>
    public long PeakMemoryBytes() => Family().Sum(PeakMemoryBytes);

    /// <summary>Time on a core so far, of the process and of those that it has started.</summary>
    public TimeSpan ProcessorTime() => TimeSpan.FromSeconds(Family().Sum(ProcessorSeconds));

    private IEnumerable<string> Family()
    {
        ThrowIfEnded();
        var id = _process.Id.ToString(CultureInfo.InvariantCulture);
        return File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Prepend(id);
    }

    // utime and stime of proc(5), in ticks of which Linux counts a hundred a second; a program's name may hold blanks.
    private static double ProcessorSeconds(string id)
    {
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    private static long PeakMemoryBytes(string id)
    {
        var line = File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1_024;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= End;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _logWriter.Dispose();
    }

    private void End(object? sender, EventArgs arguments) => _process.Kill(entireProcessTree: true);

    private BenchmarkException Ended() => new($"{_name} ended; its log is {_log}");

    private void Log(string? line)
    {
        lock (_logWriter)
        {
            _logWriter.WriteLine(line);
        }
    }
}
