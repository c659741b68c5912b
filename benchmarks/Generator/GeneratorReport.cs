using System.Globalization;
using ElasticSynapse.Benchmarks.Contenders;
using ElasticSynapse.Benchmarks.Load;
using ElasticSynapse.Benchmarks.Report;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Benchmarks.Generator;

/// <summary>The figures, and the ratios with their targets, as Markdown.</summary>
internal sealed class GeneratorReport(
    BenchmarkOptions options, Gpt2Config config, Workload workload, Measurements measurements, IReadOnlyDictionary<string, long> peaks)
{
    private const double MiB = 1 << 20;

    // Ours, the other, what, and the ratio to reach: at least, or for times at most.
    private static readonly (string Ours, string Other, Figure Figure, double Target)[] Targets =
    [
        ("fp32", "transformers", Figure.Together, 3.5),
        ("fp32", "engine-fp32", Figure.Together, 0.92),
        ("int8", "llama-q8", Figure.Together, 3.3),
        ("int8", "llama-q8", Figure.FirstToken, 0.3),
        ("int8", "llama-q8", Figure.Alone, 1.4),
        ("int8", "llama-q8", Figure.Prefill, 4.5),
        ("int8", "engine-int8", Figure.Together, 0.92),
        ("int4", "llama-q4", Figure.Together, 1.5),
        ("int4", "llama-q4", Figure.Alone, 1.6),
        ("int4", "engine-int4", Figure.Together, 0.92),
    ];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        {Machine.Describe()}. GPT-2 of {config.Layers} layers, width {config.HiddenSize}, {config.VocabularySize:N0} tokens, random weights; prompts of {workload.PromptTokens} random tokens, {workload.NewTokens} new ones each; {ServerContender.Streams} streams together; {options.Rounds} rounds of {options.Seconds} s, medians. Servers over HTTP, streaming; engine-* and transformers in their own process, without.

        {Figures()}
        {Ratios()}
        """);

    private MarkdownTable Figures()
    {
        var table = new MarkdownTable("", $"{ServerContender.Streams} streams, tokens/s", "first token, ms", "one stream, tokens/s", "prefill, tokens/s", "peak memory, MiB", "managed bytes a token");
        foreach (var name in options.Only)
        {
            table.Add(name, Show(name, Figure.Together, "F0"), Show(name, Figure.FirstToken, "F0"), Show(name, Figure.Alone, "F1"),
                Show(name, Figure.Prefill, "F0"), (peaks[name] / MiB).ToString("F0", CultureInfo.InvariantCulture), Show(name, Figure.Allocated, "F0"));
        }
        return table;
    }

    private MarkdownTable Ratios()
    {
        var table = new MarkdownTable("ratio", "measured", "target");
        foreach (var (ours, other, figure, target) in Targets)
        {
            if (measurements.Ratio(ours, other, figure) is { } ratio)
            {
                var bound = figure == Figure.FirstToken ? "at most" : "at least";
                table.Add($"{ours} / {other}: {Describe(figure)}", ratio.ToString("F2", CultureInfo.InvariantCulture),
                    string.Create(CultureInfo.InvariantCulture, $"{bound} {target}"));
            }
        }
        return table;
    }

    private static string Describe(Figure figure) => figure switch
    {
        Figure.Together => $"{ServerContender.Streams} streams",
        Figure.FirstToken => "first token",
        Figure.Alone => "one stream",
        Figure.Prefill => "prefill",
        _ => "managed bytes a token",
    };

    private string Show(string name, Figure figure, string format) =>
        measurements.Of(name, figure)?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}
