using System.Diagnostics;
using System.Text.Json;

namespace ElasticSynapse.Gateway.Tests.Running;

/// <summary>The built gateway as a process of its own, for what only a process shows: exit codes and signals.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _standardError;

    private GatewayProcess(params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ElasticSynapse.Gateway.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }
        _process = Process.Start(start)!;
        _standardError = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>Where it listens, once it does.</summary>
    public Uri? Address { get; private set; }

    public static async Task<GatewayProcess> StartListeningAsync(params (string Key, string Value)[] settings)
    {
        const string announcement = "Now listening on: ";
        var gateway = new GatewayProcess(settings);
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (await gateway._process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            using var entry = JsonDocument.Parse(line);
            var message = entry.RootElement.GetProperty("Message").GetString()!;
            if (message.StartsWith(announcement, StringComparison.Ordinal))
            {
                gateway.Address = new Uri(message[announcement.Length..]);
                // Nobody reads on, so what it logs must not fill the pipe and stop it.
                _ = gateway._process.StandardOutput.ReadToEndAsync();
                return gateway;
            }
        }
        throw new InvalidOperationException($"the gateway ended before it listened: {await gateway._standardError}");
    }

    /// <summary>Runs to the end of a start that fails.</summary>
    public static async Task<(int ExitCode, string StandardError)> RunAsync(params (string Key, string Value)[] settings)
    {
        await using var gateway = new GatewayProcess(settings);
        _ = gateway._process.StandardOutput.ReadToEndAsync();
        return (await gateway.ExitCodeAsync(), await gateway._standardError);
    }

    public async Task SignalTerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }
}
