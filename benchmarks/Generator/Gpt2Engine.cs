using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.Benchmarks.Load;
using ElasticSynapse.ModelServer.Decoding;
using ElasticSynapse.ModelServer.Decoding.Memory;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Benchmarks.Generator;

/// <summary>The model-server's decoder without HTTP, scheduling, sampling and text: the bound of what the server could reach.
/// Answers as <see cref="GeneratorWorker"/> asks.</summary>
internal static class Gpt2Engine
{
    // As the scheduler's default, Scheduler__PrefillChunkTokens.
    public const int ChunkTokens = 128;

    /// <param name="checkpoint">Folder.</param>
    /// <param name="precision">As Model__Precision.</param>
    /// <param name="questions">Until their end.</param>
    public static void Serve(string checkpoint, string precision, TextReader questions, TextWriter answers)
    {
        using var model = Gpt2Model.Load(checkpoint, SessionSettings.Of(threads: 0, precision));
        using var decoder = new BatchDecoder(model, TensorMemory.Of(model.Device), GeneratorFigures.Streams, cachedSlots: 0, ChunkTokens);
        answers.WriteLine("ready");
        for (var run = 0; questions.ReadLine() is { } question; run++)
        {
            var numbers = question.Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            var (first, total) = Generate(decoder, run, model.Config.VocabularySize, batch: numbers[0], promptTokens: numbers[1], newTokens: numbers[2]);
            answers.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{first:R} {total:R}"));
        }
    }

    /// <summary>Runs a prompt in chunks.</summary>
    /// <returns>[vocabulary]: the logits behind it, valid until the decoder's next run.</returns>
    public static ReadOnlySpan<float> Prefill(BatchDecoder decoder, int slot, int[] prompt)
    {
        ReadOnlySpan<float> logits = default;
        for (var position = 0; position < prompt.Length; position += ChunkTokens)
        {
            var end = Math.Min(position + ChunkTokens, prompt.Length);
            logits = decoder.Append(slot, position, prompt.AsSpan(position..end), rows: end == prompt.Length ? 1 : 0);
        }
        return logits;
    }

    // Speed does not depend on which tokens are run, so that any stand in for those that would be sampled.
    private static (double First, double Total) Generate(BatchDecoder decoder, int run, int vocabulary, int batch, int promptTokens, int newTokens)
    {
        var prompts = Enumerable.Range(0, batch).Select(row => Prompts.Random(run, row, request: 0, promptTokens, vocabulary)).ToArray();
        var generated = Prompts.Random(run, batch, request: 0, newTokens * batch, vocabulary);
        var positions = new int[batch];
        var start = Stopwatch.GetTimestamp();
        for (var slot = 0; slot < batch; slot++)
        {
            Prefill(decoder, slot, prompts[slot]);
        }
        var first = Stopwatch.GetElapsedTime(start);
        // The first tokens came with the prompts.
        for (var step = 0; step < newTokens - 1; step++)
        {
            Array.Fill(positions, promptTokens + step);
            decoder.Step(generated.AsSpan(step * batch, batch), positions);
        }
        return (first.TotalSeconds, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
