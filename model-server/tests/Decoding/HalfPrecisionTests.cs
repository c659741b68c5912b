using ElasticSynapse.ModelServer.Decoding;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Tests.Scheduling;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Decoding;

/// <summary>What runs on a GPU, fp16 over memory of a device, but computed by the CPU's operators.</summary>
public sealed class HalfPrecisionTests : IDisposable
{
    private static readonly string Folder = RepositoryFiles.Data("huggingface", "gpt2");

    private readonly Gpt2Model _model = Gpt2Model.Load(Folder, new SessionSettings(1), Precision.Fp16);
    private readonly SeparateMemory _memory = new();
    private readonly BatchDecoder _decoder;

    public HalfPrecisionTests() => _decoder = new BatchDecoder(_model, _memory, slots: 4, cachedSlots: 2, chunk: 16);

    public static TheoryData<int> Prompts { get; } = [.. Enumerable.Range(0, Goldens.Generation.Length)];

    [Theory]
    [MemberData(nameof(Prompts))]
    public void Append_GoldenPrompt_LogitsNearHuggingFace(int prompt)
    {
        var golden = Goldens.Generation[prompt];
        var expected = golden.GetProperty("last_logits").Floats();
        var logits = Prefill(slot: 1, golden.GetProperty("ids").Ints());
        // Halves have 11 bits: the logits are near 10 and lie 0.008 apart.
        Assert.All(expected.Zip(logits), pair => Assert.Equal(pair.First, pair.Second, 0.06));
    }

    [Fact]
    public void Step_OfSeveralSequences_TellsTheBestOfEachRow()
    {
        int[][] prompts = [[1, 2, 3], [40, 41], [7, 7, 7, 7, 9]];
        for (var slot = 0; slot < prompts.Length; slot++)
        {
            Prefill(slot, prompts[slot]);
        }
        var run = _decoder.Step([5, 6, 7], [3, 2, 5]);
        for (var slot = 0; slot < prompts.Length; slot++)
        {
            var row = run[slot].ToArray();
            var expected = Enumerable.Range(0, row.Length).OrderByDescending(token => row[token]).ThenBy(token => token).Take(128).ToArray();
            Assert.Equal(expected, run.Best(slot).Tokens.ToArray().Select(token => (int)token));
            Assert.Equal(expected.Select(token => row[token]), run.Best(slot).Scores.ToArray());
        }
    }

    [Fact]
    public void Step_LogitsThatNobodyReads_StayOnTheDevice()
    {
        Prefill(slot: 0, [1, 2, 3]);
        var before = _memory.Downloaded;
        _decoder.Step([4], [3]).Best(0);
        var best = _memory.Downloaded - before;
        Assert.Equal(4 * 128 * (sizeof(float) + sizeof(long)), best); // of all slots
        _ = _decoder.Step([5], [4])[0];
        Assert.Equal(before + best + (_model.Config.VocabularySize * sizeof(float)), _memory.Downloaded);
    }

    [Fact]
    public void LoadPrefix_OfAPromptThatRan_SameLogitsAsRun()
    {
        int[] prompt = [.. Enumerable.Range(1, 40)];
        var logits = Prefill(slot: 0, prompt);
        _decoder.StorePrefix(0, prompt, logits);
        var expected = _decoder.Step([9], [40])[0].ToArray();

        var (positions, kept) = _decoder.LoadPrefix(slot: 3, prompt);
        Assert.Equal(40, positions);
        Assert.Equal(logits, kept);
        _decoder.Copy(from: 3, to: 0, start: 0, positions);
        Assert.Equal(expected, _decoder.Step([9], [40])[0].ToArray());
    }

    [Theory]
    [InlineData(0f, 0, 1f, 1f)]
    [InlineData(0f, 0, 1f, 1.3f)]
    [InlineData(1f, 50, 1f, 1f)]
    [InlineData(0.7f, 40, 0.9f, 1.2f)]
    [InlineData(1f, 0, 0.9f, 1f)] // needs all logits
    [InlineData(1f, 128, 1f, 1f)] // the last of the best may have ties beyond
    public async Task Advance_OnTheBestAlone_SameTextAsOnAllLogits(float temperature, int topK, float topP, float repetitionPenalty)
    {
        using var generator = ServedGenerator.Load(new ModelOptions { Uri = Folder }, new RuntimeOptions(), new TokenizerOptions(), TimeProvider.System);
        var sampler = new TokenSampler(_model.Config.VocabularySize);
        for (var seed = 0; seed < 8; seed++)
        {
            var sampling = new SamplingParameters { Temperature = temperature, TopK = topK, TopP = topP, RepetitionPenalty = repetitionPenalty, Seed = seed };
            Assert.Equal(await GenerateAsync(all: true), await GenerateAsync(all: false));

            Task<string> GenerateAsync(bool all)
            {
                var request = RunningScheduler.Request([1 + seed, 20, 30], maxTokens: 40, sampling);
                var sequence = new RunningSequence(new SequenceJob([request], 1, false) { EnqueuedAt = 0 }, generator) { Position = 3 };
                var finish = sequence.Advance(StepLogits.Shared(Prefill(slot: 0, request.Prompt)), sampler, []);
                while (finish is null)
                {
                    var run = _decoder.Step([sequence.Token(0)], [sequence.Position++]);
                    finish = sequence.Advance(all ? StepLogits.Shared(run[0]) : StepLogits.Of(run), sampler, []);
                }
                return RunningScheduler.ReadAsync(request);
            }
        }
    }

    public void Dispose()
    {
        _decoder.Dispose();
        _model.Dispose();
    }

    private float[] Prefill(int slot, int[] prompt)
    {
        float[] logits = [];
        for (var position = 0; position < prompt.Length; position += 16)
        {
            var end = Math.Min(position + 16, prompt.Length);
            logits = _decoder.Append(slot, position, prompt.AsSpan(position..end), rows: end == prompt.Length ? 1 : 0).ToArray();
        }
        return logits;
    }
}
