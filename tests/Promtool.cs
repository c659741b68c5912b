using System.ComponentModel;
using System.Diagnostics;

namespace ElasticSynapse.Tests;

/// <summary>Prometheus' own checker, from Debian's package prometheus; scripts/test sees to it.</summary>
internal static class Promtool
{
    /// <summary>What <c>promtool check metrics</c> has against a scrape; empty when nothing. That vLLM's names have a colon is
    /// not held against them: they would not be its names without it.</summary>
    public static async Task<string> CheckMetricsAsync(string scrape)
    {
        var start = new ProcessStartInfo("promtool", ["check", "metrics"])
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
            await promtool.StandardInput.WriteAsync(scrape);
            promtool.StandardInput.Close();
            await promtool.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            var complaints = (await output + await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var others = complaints.Where(line => !IsColonOfVllm(line)).ToArray();
            return promtool.ExitCode == 0 || complaints.Length > 0 ? string.Join('\n', others) : $"promtool ended with {promtool.ExitCode}";
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("promtool is not on the PATH: install the Debian package prometheus");
        }
    }

    private static bool IsColonOfVllm(string complaint) =>
        complaint.StartsWith("vllm:", StringComparison.Ordinal) && complaint.EndsWith("metric names should not contain ':'", StringComparison.Ordinal);
}
