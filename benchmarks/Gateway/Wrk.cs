using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>Will Glozer's load generator. Its one thread costs a server on the same cores little.</summary>
internal static partial class Wrk
{
    /// <summary>As many requests as it gets through.</summary>
    /// <returns>How many requests were answered, and how many a second.</returns>
    /// <exception cref="BenchmarkException">It does not run, or requests fail.</exception>
    public static async Task<(long Requests, double PerSecond)> RunAsync(Uri server, int seconds)
    {
        var output = await OutputAsync(server, seconds, GatewayFigures.Connections);
        return (long.Parse(Requests().Match(output).Groups[1].ValueSpan, CultureInfo.InvariantCulture), Number(PerSecond().Match(output)));
    }

    /// <summary>As many requests a second as <see cref="GatewayFigures.Pace"/>, far less than any server here gets through.</summary>
    /// <returns>The median time of an answer.</returns>
    /// <exception cref="BenchmarkException">It does not run, or requests fail.</exception>
    public static async Task<TimeSpan> PacedAsync(Uri server, int seconds)
    {
        var median = Median().Match(await OutputAsync(server, seconds, GatewayFigures.PacedConnections, Number(GatewayFigures.PacedConnections * 1000 / GatewayFigures.Pace)));
        return median.Groups[2].Value == "us" ? TimeSpan.FromMicroseconds(Number(median)) : TimeSpan.FromMilliseconds(Number(median));
    }

    private static async Task<string> OutputAsync(Uri server, int seconds, int connections, params string[] pause)
    {
        var script = Path.Combine(Repository.Root, "benchmarks", "Gateway", "completion.lua");
        var start = Tools.Debian("wrk", [
            "--threads", "1", "--connections", Number(connections), "--latency", "--duration", $"{Number(seconds)}s",
            "--header", $"Authorization: Bearer {ProxyFiles.Key}", "--script", script, new Uri(server, "/v1/completions").AbsoluteUri, "--", .. pause]);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Start(start);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0 || output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal)
            || !Requests().IsMatch(output) || !PerSecond().IsMatch(output) || !Median().IsMatch(output))
        {
            throw new BenchmarkException($"wrk on {server} failed: {output}{await errors}");
        }
        return output;
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

    private static double Number(Match match) => double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"50%\s+([\d.]+)(us|ms)")]
    private static partial Regex Median();
}
