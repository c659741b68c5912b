using System.ComponentModel;
using System.Diagnostics;

namespace ElasticSynapse.Tests;

/// <summary>Prometheus' own checker, from Debian's package prometheus; scripts/test sees to it.</summary>
internal static class Promtool
{
    /// <summary>What <c>promtool check metrics</c> has against a scrape; empty when nothing.</summary>
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
            var complaints = await output + await errors;
            return promtool.ExitCode == 0 || complaints.Length > 0 ? complaints : $"promtool ended with {promtool.ExitCode}";
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("promtool is not on the PATH: install the Debian package prometheus");
        }
    }
}
