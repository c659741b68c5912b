using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>Will Glozer's load generator: as many requests as one thread gets through.</summary>
internal static partial class Wrk
{
    /// <returns>How many requests were answered, and how many a second.</returns>
    /// <exception cref="BenchmarkException">It does not run, or requests fail.</exception>
    public static async Task<(long Requests, double PerSecond)> RunAsync(Uri server, int seconds)
    {
        var script = Path.Combine(Repository.Root, "benchmarks", "Gateway", "completion.lua");
        var start = Tools.Debian(
            "wrk", "--threads", "1", "--connections", Number(GatewayFigures.Connections), "--duration", $"{Number(seconds)}s",
            "--header", $"Authorization: Bearer {ProxyFiles.Key}", "--script", script, new Uri(server, "/v1/completions").AbsoluteUri);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Start(start);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0 || output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal)
            || Requests().Match(output) is not { Success: true } requests || PerSecond().Match(output) is not { Success: true } perSecond)
        {
            throw new BenchmarkException($"wrk on {server} failed: {output}{await errors}");
        }
        return (long.Parse(requests.Groups[1].ValueSpan, CultureInfo.InvariantCulture), double.Parse(perSecond.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new BenchmarkException($"wrk can't be started, run benchmarks/peers/proxies: {exception.Message}");
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();
}
