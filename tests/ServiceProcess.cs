using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace ElasticSynapse.Tests;

/// <summary>A service started as its own process on a free loopback port, and ended with the test by its own process id.</summary>
internal sealed partial class ServiceProcess : IDisposable
{
    // An upper bound for a busy machine, not an expectation.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _operators = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpClient? _http;

    private ServiceProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => _errors.Append(line.Data is null ? "" : line.Data + "\n");
        process.OutputDataReceived += (_, line) =>
        {
            if (Listening().Match(line.Data ?? "") is { Success: true } match)
            {
                _address.TrySetResult(match.Groups["address"].Value);
            }
            if (Operators().Match(line.Data ?? "") is { Success: true } admin)
            {
                _operators.TrySetResult(admin.Groups["address"].Value);
            }
        };
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    /// <param name="assembly">A service's assembly beside the tests.</param>
    /// <param name="settings">Environment variables.</param>
    /// <param name="arguments">The command line.</param>
    public static ServiceProcess Start(string assembly, Dictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" },
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }
        return new ServiceProcess(new Process { StartInfo = start });
    }

    /// <summary>A client of the service once it listens.</summary>
    public async Task<HttpClient> ReadyAsync()
    {
        var first = await Task.WhenAny(_address.Task, _process.WaitForExitAsync()).WaitAsync(Patience);
        Assert.True(first == _address.Task, $"the service ended: {_errors}");
        return _http = new HttpClient { BaseAddress = new Uri(await _address.Task) };
    }

    /// <summary>The operators' own address of a gateway that is ready.</summary>
    public async Task<Uri> OperatorsAsync() => new(await _operators.Task.WaitAsync(Patience));

    /// <summary>Exit code and standard error of a service that ends.</summary>
    public async Task<(int Code, string Errors)> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return (_process.ExitCode, _errors.ToString());
    }

    /// <summary>Sends SIGTERM.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        _http?.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
        _process.Dispose();
    }

    [GeneratedRegex("Now listening on: (?<address>http://[0-9.:]+)")]
    private static partial Regex Listening();

    [GeneratedRegex("operators find health, metrics and the catalogue at (?<address>http://[0-9.:]+)")]
    private static partial Regex Operators();
}
