using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.Benchmarks.Report;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Benchmarks.Devices;

/// <summary>Both models on a device beside the CPU: whether they compute the same, and how fast. What <c>scripts/gpu-check</c>
/// runs on a machine with a GPU; needs nothing but the folder that it is in.</summary>
internal static class DeviceCheck
{
    // Logits of the goldens reach 15, where halves lie 0.008 apart, and every layer rounds.
    private const double MostDifference = 0.1;

    /// <param name="data">Folder with the goldens' checkpoints, gpt2 and bert.</param>
    /// <param name="device">As Runtime__Device; <c>cpu</c> has the CPU compute in fp16, slowly.</param>
    /// <param name="layers">Of the checkpoints whose speed is measured; the real ones have 12; 0 measures none.</param>
    /// <returns>Whether the device computes what Hugging Face does.</returns>
    /// <exception cref="CheckpointException">The device can't be had.</exception>
    public static bool Run(string data, string device, int layers, TextWriter output)
    {
        var chosen = DeviceChoice.Of(device, Precision.Fp16).Device;
        var table = new MarkdownTable("", "cpu, fp32", $"{chosen}, fp16");
        var folder = Directory.CreateTempSubdirectory("elastic-synapse-").FullName;
        try
        {
            var isSame = GeneratorRows(data, folder, layers, chosen, table) & ClassifierRows(data, folder, layers, chosen, table);
            output.WriteLine(Machine.Describe());
            output.WriteLine();
            output.Write(table);
            output.WriteLine();
            output.WriteLine(isSame
                ? string.Create(CultureInfo.InvariantCulture, $"passed: no logit is further than {MostDifference} from Hugging Face's")
                : string.Create(CultureInfo.InvariantCulture, $"FAILED: a logit is further than {MostDifference} from Hugging Face's"));
            return isSame;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool GeneratorRows(string data, string folder, int layers, ComputeDevice device, MarkdownTable table)
    {
        var goldens = Path.Combine(data, "gpt2");
        bool isSame;
        using (var exact = Gpt2(goldens, null))
        using (var half = Gpt2(goldens, device))
        {
            var (expected, actual) = (GeneratorOnDevice.Parity(exact, goldens), GeneratorOnDevice.Parity(half, goldens));
            Add(table, "GPT-2: largest difference from Hugging Face's logits", $"{expected.Difference:G2}", $"{actual.Difference:G2}");
            Add(table, "GPT-2: next tokens that are Hugging Face's", $"{expected.Equal} of {expected.Prompts}", $"{actual.Equal} of {actual.Prompts}");
            Add(table, "GPT-2: same bits alone and among 16", YesOrNo(GeneratorOnDevice.IsSameTogether(exact)), YesOrNo(GeneratorOnDevice.IsSameTogether(half)));
            // Written so that a NaN fails.
            isSame = actual.Difference <= MostDifference && actual.Equal == actual.Prompts;
        }
        if (layers == 0)
        {
            return isSame;
        }
        var random = Path.Combine(folder, "gpt2");
        RandomCheckpoint.WriteGpt2(random, layers);
        var start = Stopwatch.GetTimestamp();
        using var cpu = Gpt2(random, null);
        var loaded = Stopwatch.GetTimestamp();
        using var gpu = Gpt2(random, device);
        Add(table, $"GPT-2, {layers} layers: load, s", $"{Stopwatch.GetElapsedTime(start, loaded).TotalSeconds:F2}", $"{Stopwatch.GetElapsedTime(loaded).TotalSeconds:F2}");
        Speed("prefill of 512 tokens, tokens/s", model => GeneratorOnDevice.PrefillSpeed(model, 512));
        foreach (var sequences in (int[])[1, 16, 64])
        {
            Speed($"{sequences} together, tokens/s", model => GeneratorOnDevice.DecodeSpeed(model, sequences));
        }
        return isSame;

        void Speed(string name, Func<Gpt2Model, double> measure) => Add(table, $"GPT-2, {layers} layers: {name}", Figure(measure(cpu)), Figure(measure(gpu)));
    }

    private static bool ClassifierRows(string data, string folder, int layers, ComputeDevice device, MarkdownTable table)
    {
        var goldens = Path.Combine(data, "bert");
        double difference;
        using (var exact = Bert(goldens, null))
        using (var half = Bert(goldens, device))
        {
            difference = ClassifierOnDevice.Parity(half, goldens);
            Add(table, "BERT: largest difference from Hugging Face's logits", $"{ClassifierOnDevice.Parity(exact, goldens):G2}", $"{difference:G2}");
        }
        if (layers == 0)
        {
            return difference <= MostDifference;
        }
        var random = Path.Combine(folder, "bert");
        RandomCheckpoint.WriteBert(random, layers);
        using var cpu = Bert(random, null);
        using var gpu = Bert(random, device);
        foreach (var (texts, tokens) in ((int, int)[])[(1, 128), (32, 128), (64, 32)])
        {
            Add(table, $"BERT, {layers} layers: {texts} x {tokens} tokens a run, texts/s", Figure(ClassifierOnDevice.Speed(cpu, texts, tokens)), Figure(ClassifierOnDevice.Speed(gpu, texts, tokens)));
        }
        return difference <= MostDifference;
    }

    // Null for the CPU's own, exact precision.
    private static Gpt2Model Gpt2(string folder, ComputeDevice? device) => device is { } half
        ? Gpt2Model.Load(folder, new SessionSettings(Threads: 0, Device: half), Precision.Fp16)
        : Gpt2Model.Load(folder, new SessionSettings(Threads: 0));

    private static BertModel Bert(string folder, ComputeDevice? device) => device is { } half
        ? BertModel.Load(folder, new SessionSettings(Threads: 0, Device: half), Precision.Fp16, cache: null)
        : BertModel.Load(folder, new SessionSettings(Threads: 0));

    private static string Figure(double perSecond) => perSecond.ToString(perSecond < 100 ? "F1" : "N0", CultureInfo.InvariantCulture);

    private static string YesOrNo(bool value) => value ? "yes" : "no";

    private static void Add(MarkdownTable table, string name, FormattableString cpu, FormattableString device) =>
        table.Add(name, FormattableString.Invariant(cpu), FormattableString.Invariant(device));

    private static void Add(MarkdownTable table, string name, string cpu, string device) => table.Add(name, cpu, device);
}
