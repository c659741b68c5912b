using System.Diagnostics;
using System.Numerics.Tensors;
using System.Text.Json;
using ElasticSynapse.Benchmarks.Generator;
using ElasticSynapse.Benchmarks.Load;
using ElasticSynapse.ModelServer.Decoding;
using ElasticSynapse.ModelServer.Decoding.Memory;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Benchmarks.Devices;

/// <summary>What the model-server's decoder computes on a device, and how fast.</summary>
internal static class GeneratorOnDevice
{
    /// <param name="folder">A checkpoint with generation_goldens.json, Hugging Face's logits.</param>
    /// <returns>The largest difference of a logit, and how many of the prompts' next tokens are Hugging Face's.</returns>
    public static (double Difference, int Equal, int Prompts) Parity(Gpt2Model model, string folder)
    {
        using var decoder = new BatchDecoder(model, TensorMemory.Of(model.Device), slots: 1, cachedSlots: 0, Gpt2Engine.ChunkTokens);
        using var goldens = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "generation_goldens.json")));
        var (difference, equal) = (0.0, 0);
        foreach (var golden in goldens.RootElement.EnumerateArray())
        {
            int[] ids = [.. golden.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            float[] expected = [.. golden.GetProperty("last_logits").EnumerateArray().Select(logit => logit.GetSingle())];
            var logits = Gpt2Engine.Prefill(decoder, slot: 0, ids).ToArray();
            // Not MaxMagnitude alone: a NaN must show.
            difference = Math.Max(difference, logits.Select((logit, token) => Math.Abs((double)logit - expected[token])).Max());
            equal += TensorPrimitives.IndexOfMax(logits) == TensorPrimitives.IndexOfMax(expected) ? 1 : 0;
        }
        return (difference, equal, goldens.RootElement.GetArrayLength());
    }

    /// <summary>Whether a sequence's logits are the same to the last bit alone and as one of 16.</summary>
    public static bool IsSameTogether(Gpt2Model model)
    {
        using var decoder = new BatchDecoder(model, TensorMemory.Of(model.Device), slots: 16, cachedSlots: 0, Gpt2Engine.ChunkTokens);
        var prompts = Enumerable.Range(0, 16).Select(slot => Prompts.Random(0, slot, 0, 5 + (3 * slot), model.Config.VocabularySize)).ToArray();
        for (var slot = 0; slot < prompts.Length; slot++)
        {
            Gpt2Engine.Prefill(decoder, slot, prompts[slot]);
        }
        var together = decoder.Step([.. prompts.Select(prompt => prompt[0])], [.. prompts.Select(prompt => prompt.Length)]);
        var rows = prompts.Select((_, slot) => together[slot].ToArray()).ToArray();
        return prompts.Select((prompt, slot) =>
        {
            Gpt2Engine.Prefill(decoder, slot: 0, prompt);
            return decoder.Step([prompt[0]], [prompt.Length])[0].SequenceEqual(rows[slot]);
        }).All(same => same);
    }

    /// <summary>Tokens a second of prompts, in chunks.</summary>
    public static double PrefillSpeed(Gpt2Model model, int tokens)
    {
        using var decoder = new BatchDecoder(model, TensorMemory.Of(model.Device), slots: 1, cachedSlots: 0, Gpt2Engine.ChunkTokens);
        var run = 0;
        return tokens * PerSecond(() => Gpt2Engine.Prefill(decoder, slot: 0, Prompts.Random(run++, 0, 0, tokens, model.Config.VocabularySize)));
    }

    /// <summary>Tokens a second of so many sequences together, at contexts of 128 to 192.</summary>
    public static double DecodeSpeed(Gpt2Model model, int sequences)
    {
        using var decoder = new BatchDecoder(model, TensorMemory.Of(model.Device), sequences, cachedSlots: 0, Gpt2Engine.ChunkTokens);
        for (var slot = 0; slot < sequences; slot++)
        {
            Gpt2Engine.Prefill(decoder, slot, Prompts.Random(0, slot, 0, 128, model.Config.VocabularySize));
        }
        var tokens = new int[sequences];
        var positions = new int[sequences];
        var step = 0;
        return sequences * PerSecond(() =>
        {
            Array.Fill(positions, 128 + (step++ % 64));
            var logits = decoder.Step(tokens, positions);
            for (var slot = 0; slot < sequences; slot++)
            {
                // As the server's sampler: the best few where the device tells them, else all.
                tokens[slot] = logits.Best(slot) is { Tokens.Length: > 0 } best ? (int)best.Tokens[0] : TensorPrimitives.IndexOfMax(logits[slot]);
            }
        });
    }

    /// <summary>Runs for a second or more, after one run that is not counted.</summary>
    public static double PerSecond(Action run)
    {
        run();
        var start = Stopwatch.GetTimestamp();
        var runs = 0;
        do
        {
            run();
            runs++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < 1);
        return runs / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
