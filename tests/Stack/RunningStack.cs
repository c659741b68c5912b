using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ElasticSynapse.EndToEnd.Tests.Stack;

/// <summary>scripts/up as a user runs it, on three free ports, ended by its own process id.</summary>
internal sealed class RunningStack : IDisposable
{
    // The first start may restore and build.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static int _nextPort = 21_000;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningStack(int port, string[] arguments)
    {
        Port = port;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}") };
        var start = new ProcessStartInfo(RepositoryPath("scripts", "up"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Port { get; }

    public HttpClient Http { get; }

    public string Output => string.Join('\n', _output);

    public string Errors => string.Join('\n', _errors);

    /// <summary>Starts with <c>--port</c> and the other arguments; does not wait.</summary>
    public static RunningStack Start(params string[] arguments)
    {
        var port = ThreeFreePorts();
        return new RunningStack(port, ["--port", port.ToString(CultureInfo.InvariantCulture), .. arguments]);
    }

    /// <summary>Starts with exactly these arguments.</summary>
    public static RunningStack StartWith(params string[] arguments) => new(0, arguments);

    public async Task ReadyAsync()
    {
        var first = await Task.WhenAny(_ready.Task, _process.WaitForExitAsync()).WaitAsync(Patience);
        Assert.True(first == _ready.Task, $"scripts/up ended:\n{Output}\n{Errors}");
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Process ids of the services that this stack started and that still run.</summary>
    public int[] Services()
    {
        var ours = new[] { Port, Port + 1, Port + 2 }
            .Select(port => string.Create(CultureInfo.InvariantCulture, $"ASPNETCORE_URLS=http://127.0.0.1:{port}"))
            .ToArray();
        return [.. Directory.GetDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _))
            .Where(folder => Environment(folder).Intersect(ours).Any())
            .Select(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))];
    }

    public void Dispose()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            Signal("TERM");
            if (!_process.WaitForExit(Patience))
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _process.Dispose();
    }

    private static string RepositoryPath(params string[] parts) => Path.Combine([ElasticSynapse.Tests.RepositoryFiles.Root, .. parts]);

    private static string[] Environment(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "environ")).Split('\0');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The first of three ports in a row that nobody listens on, nor on the one behind them and the one ten above it.</summary>
    public static int ThreeFreePorts()
    {
        // Never the same twice: a stack that was given some may not listen on them yet.
        while (Interlocked.Add(ref _nextPort, 11) is var port and < 32_000)
        {
            if (Enumerable.Range(port, 4).Append(port + 10).All(IsFree))
            {
                return port;
            }
        }
        throw new InvalidOperationException("no three free ports in a row");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
            if (line.StartsWith("Ctrl-C stops everything", StringComparison.Ordinal))
            {
                _ready.TrySetResult();
            }
        }
    }
}
