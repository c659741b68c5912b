using System.ComponentModel;
using System.Diagnostics;

namespace ElasticSynapse.Tests;

/// <summary>Prometheus' own checker, from Debian's package prometheus; scripts/test sees to it.</summary>
internal static class Promtool
{
    // An upper bound for a busy machine, not an expectation.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>What <c>promtool check metrics</c> has against a scrape; empty when nothing. That vLLM's names have a colon is
    /// not held against them, for they would not be its names without it: a line for each such name may say so, and nothing else
    /// may be said; without the colons promtool must be silent.</summary>
    public static async Task<string> CheckMetricsAsync(string scrape)
    {
        var (_, output) = await RunAsync(["check", "metrics"], scrape);
        var complaints = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !IsColonOfVllm(line));
        var (code, others) = await RunAsync(["check", "metrics"], scrape.Replace("vllm:", "vllm_", StringComparison.Ordinal));
        return string.Join('\n', complaints) + others + (code == 0 ? "" : $"promtool ended with {code}");
    }

    /// <summary>What a command has to say if it fails; empty when it succeeds.</summary>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output) = await RunAsync(arguments, input: "");
        return code == 0 ? "" : $"promtool ended with {code}: {output}";
    }

    private static async Task<(int Code, string Output)> RunAsync(string[] arguments, string input)
    {
        var start = new ProcessStartInfo("promtool", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var promtool = Process.Start(start)!;
            var output = promtool.StandardOutput.ReadToEndAsync();
            var errors = promtool.StandardError.ReadToEndAsync();
            await promtool.StandardInput.WriteAsync(input);
            promtool.StandardInput.Close();
            await promtool.WaitForExitAsync().WaitAsync(Patience);
            return (promtool.ExitCode, await output + await errors);
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("promtool is not on the PATH: install the Debian package prometheus");
        }
    }

    private static bool IsColonOfVllm(string complaint) =>
        complaint.StartsWith("vllm:", StringComparison.Ordinal) && complaint.EndsWith("metric names should not contain ':'", StringComparison.Ordinal);
}
