using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Parity with Hugging Face on the fixture, and the properties that continuous batching stands on.</summary>
public sealed class Gpt2ModelTests : IDisposable
{
    private const int Chunk = 16;

    private readonly Gpt2Model _model = Gpt2Model.Load(Gpt2Golden.Folder, new SessionSettings(1));

    public static TheoryData<int> Prompts { get; } = [.. Enumerable.Range(0, Gpt2Golden.All.Count)];

    private int Vocabulary => _model.Config.VocabularySize;

    public void Dispose() => _model.Dispose();

    [Theory]
    [MemberData(nameof(Prompts))]
    public void Run_WholePrompt_LogitsAsHuggingFace(int prompt)
    {
        var golden = Gpt2Golden.All[prompt];
        var logits = new Gpt2Run(_model).Whole(golden.Ids);
        Assert.InRange(Numbers.LargestDifference(logits.AsSpan(^Vocabulary..), golden.LastLogits), 0, 1e-3f);
        Assert.Equal(golden.ArgmaxEachPosition, logits.Chunk(Vocabulary).Select(row => Numbers.Argmax(row)));
    }

    [Theory]
    [MemberData(nameof(Prompts))]
    public void Run_PromptInChunksThenDecode_LogitsAsWholePrompt(int prompt)
    {
        var golden = Gpt2Golden.All[prompt];
        var run = new Gpt2Run(_model);
        run.PrefillInChunks(0, golden.Ids[..^1], Chunk);
        var logits = run.Decode(golden.Ids[^1..], [golden.Ids.Length - 1]);
        Assert.InRange(Numbers.LargestDifference(logits, golden.LastLogits), 0, 1e-3f);
        Assert.Equal(golden.ArgmaxEachPosition[^1], Numbers.Argmax(logits));
    }

    [Fact]
    public void Run_BatchOfDifferentLengths_BitIdenticalToAlone()
    {
        var prompts = Gpt2Golden.All.Select(g => g.Ids).ToArray();
        var together = new Gpt2Run(_model, prompts.Length);
        for (var slot = 0; slot < prompts.Length; slot++)
            together.PrefillInChunks(slot, prompts[slot][..^1], Chunk);
        var batch = together.Decode([.. prompts.Select(p => p[^1])], [.. prompts.Select(p => p.Length - 1)]);

        for (var slot = 0; slot < prompts.Length; slot++)
        {
            var alone = new Gpt2Run(_model);
            alone.PrefillInChunks(0, prompts[slot][..^1], Chunk);
            var logits = alone.Decode(prompts[slot][^1..], [prompts[slot].Length - 1]);
            Assert.Equal(logits, batch[(slot * Vocabulary)..((slot + 1) * Vocabulary)]);
        }
    }

    [Fact]
    public void Run_NoLogitRows_FillsTheCacheWithoutLogits()
    {
        var ids = Gpt2Golden.All[0].Ids;
        var run = new Gpt2Run(_model);
        Assert.Empty(run.Prefill(slot: 0, past: 0, ids[..^1], rows: []));
        var logits = run.Decode(ids[^1..], [ids.Length - 1]);
        Assert.InRange(Numbers.LargestDifference(logits, Gpt2Golden.All[0].LastLogits), 0, 1e-3f);
    }

    [Fact]
    public void Config_OfTheFixture_AsConfigJsonSays()
    {
        var config = _model.Config;
        Assert.Equal((843, 128, 64, 3, 4, 256, 16), (config.VocabularySize, config.Positions, config.HiddenSize, config.Layers,
            config.Heads, config.InnerSize, config.HeadSize));
        Assert.Equal([0], config.EosTokenIds);
        Assert.Empty(_model.UnusedTensors);
    }
}
