using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>What continuous batching stands on, in every precision that a CPU has: a sequence's logits are its own.</summary>
public sealed class Gpt2PrecisionTests
{
    private const int Chunk = 16;

    private static readonly string Demo = Path.Combine(RepositoryFiles.Root, "models", "demo-gpt2");

    public static TheoryData<string, Precision> Models { get; } = new()
    {
        { Gpt2Golden.Folder, Precision.Fp32 }, { Gpt2Golden.Folder, Precision.Int8 }, { Gpt2Golden.Folder, Precision.Int4 },
        { Demo, Precision.Fp32 }, { Demo, Precision.Int8 }, { Demo, Precision.Int4 },
    };

    // Odd and even numbers of rows, because some kernels take them by twos.
    [Theory]
    [MemberData(nameof(Models))]
    public void Decode_BatchOfDifferentLengths_BitIdenticalToAlone(string folder, Precision precision)
    {
        using var model = Gpt2Model.Load(folder, new SessionSettings(2, precision));
        var prompts = Prompts(model, [1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 40, 48, 63, 64, 65]);
        var next = prompts.Select(prompt => prompt[0]).ToArray();
        var alone = prompts.Select((prompt, slot) => Decode([prompt], [next[slot]])).ToArray();
        foreach (var count in new[] { 2, 3, 5, 8, 15, 16 })
        {
            Assert.Equal(alone.Take(count).SelectMany(logits => logits), Decode(prompts[..count], next[..count]));
        }

        float[] Decode(long[][] sequences, long[] tokens)
        {
            var run = new Gpt2Run(model, sequences.Length);
            for (var slot = 0; slot < sequences.Length; slot++)
            {
                run.PrefillInChunks(slot, sequences[slot], Chunk);
            }
            return run.Decode(tokens, [.. sequences.Select(sequence => sequence.Length)]);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Prefill_WarmPrefixOnTheGrid_BitIdenticalToCold(string folder, Precision precision)
    {
        using var model = Gpt2Model.Load(folder, new SessionSettings(2, precision));
        var prompt = Prompts(model, [45])[0];
        var cold = new Gpt2Run(model, slots: 2);
        cold.PrefillInChunks(0, prompt[..32], Chunk);
        var expected = cold.Prefill(0, 32, prompt[32..], [12]);

        // Another text on the same grid before, as in a slot that was used: what lies behind a sequence is not seen.
        var warm = new Gpt2Run(model, slots: 2);
        warm.PrefillInChunks(1, [.. prompt[..32], .. prompt[..20]], Chunk);
        Assert.Equal(expected, warm.Prefill(1, 32, prompt[32..], [12]));
    }

    // So that a guess of several tokens can be taken from one run.
    [Theory]
    [MemberData(nameof(Models))]
    public void Prefill_ManyTokensAtOnce_BitIdenticalToOneByOneWhereTheModelSaysSo(string folder, Precision precision)
    {
        using var model = Gpt2Model.Load(folder, new SessionSettings(2, precision));
        Assert.Equal(HeadAttention.For(isHalf: true, 64) is not null, model.TokensAreRunAlike);
        if (!model.TokensAreRunAlike)
        {
            return;
        }
        var prompt = Prompts(model, [60])[0];
        var (whole, apart) = (new Gpt2Run(model), new Gpt2Run(model));
        var expected = whole.Whole(prompt);
        for (var (start, count) = (0, 1); start < prompt.Length; start += count, count = count % 5 + 1)
        {
            var end = Math.Min(start + count, prompt.Length);
            var logits = apart.Prefill(0, start, prompt[start..end], [.. Enumerable.Range(0, end - start).Select(row => (long)row)]);
            Assert.Equal(expected[(start * model.Config.VocabularySize)..(end * model.Config.VocabularySize)], logits);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Load_TwiceWithOtherThreads_BitIdenticalLogits(string folder, Precision precision)
    {
        using var one = Gpt2Model.Load(folder, new SessionSettings(1, precision));
        using var two = Gpt2Model.Load(folder, new SessionSettings(2, precision));
        var prompt = Prompts(one, [40])[0];
        Assert.Equal(new Gpt2Run(one).Whole(prompt), new Gpt2Run(two).Whole(prompt));
    }

    [Fact]
    public void Load_Fp16OnTheCpu_SaysWhereItRuns()
    {
        var refusal = Assert.Throws<CheckpointException>(() => Gpt2Model.Load(Gpt2Golden.Folder, new SessionSettings(1, Precision.Fp16)));
        Assert.Contains("Model__Precision=fp16 runs only on CUDA", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_Auto_IsTheExactOne()
    {
        using var model = Gpt2Model.Load(Gpt2Golden.Folder, new SessionSettings(1));
        Assert.Equal(Precision.Fp32, model.Precision);
    }

    // Token ids without a pattern, the same in every run.
    private static long[][] Prompts(Gpt2Model model, int[] lengths) =>
        [.. lengths.Select(length => Enumerable.Range(1, length).Select(i => (i * 7919L + length * 104729L) % model.Config.VocabularySize).ToArray())];
}
