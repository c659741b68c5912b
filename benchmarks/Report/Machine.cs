using System.Globalization;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Benchmarks.Report;

/// <summary>The machine, as far as it explains figures.</summary>
internal static class Machine
{
    // Vector instructions that decide the speed of products, as /proc/cpuinfo calls them.
    private static readonly string[] Features = ["avx2", "f16c", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8"];

    public static string Describe()
    {
        var cpu = File.ReadLines("/proc/cpuinfo").Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .Where(parts => parts.Length == 2)
            .DistinctBy(parts => parts[0]).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        // ARM's cpuinfo says "Features" and no model name.
        var flags = (cpu.GetValueOrDefault("flags") ?? cpu.GetValueOrDefault("Features") ?? "").Split(' ');
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        return string.Create(CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC; {Environment.ProcessorCount} cores, {cpu.GetValueOrDefault("model name") ?? RuntimeInformation.ProcessArchitecture.ToString()} ({string.Join(", ", Features.Intersect(flags))}), {memory:F0} GiB; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}; load {Load()}");
    }

    /// <summary>Processes that ran or waited for a core, over the last minute: other work on the machine shows here.</summary>
    public static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];
}
