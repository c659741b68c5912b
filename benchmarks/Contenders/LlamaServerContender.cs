using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.Benchmarks.Load;

namespace ElasticSynapse.Benchmarks.Contenders;

/// <summary>llama.cpp's server on the same weights.</summary>
/// <param name="quantization">Of its GGUF file: Q8_0 or Q4_0.</param>
internal sealed class LlamaServerContender(string name, string quantization, string peers, Workload workload, int seconds)
    : ServerContender(name, workload, seconds)
{
    protected override string ReadyPath => "/health";

    protected override ProcessStartInfo StartInfo(int port) => new(Path.Combine(Repository.Root, "benchmarks", "peers", "inside"),
    [
        peers, "llama-server", "--model", $"gpt2-{quantization}.gguf", "--host", "127.0.0.1", "--port", Number(port),
        "--threads", Number(Environment.ProcessorCount), "--parallel", Number(Streams),
        // As much context a slot as the requests need; more would cost it memory.
        "--ctx-size", Number(Streams * 256),
        // Prompts never come back here; keeping them for later would only cost it time.
        "--cache-ram", "0",
    ]);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
