using ElasticSynapse.ModelServer.Decoding;
using ElasticSynapse.ModelServer.Decoding.Memory;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Scheduling;

public class DraftTests
{
    private const int Length = 60;

    [Theory]
    [InlineData(1, "fp32")]
    [InlineData(4, "fp32")]
    [InlineData(15, "fp32")]
    [InlineData(4, "int8")]
    [InlineData(4, "int4")]
    public async Task AdvanceDraft_TextsThatRepeatThemselves_ChangeNothing(int drafts, string precision)
    {
        var accepted = 0;
        var texts = File.ReadLines(Path.Combine(RepositoryFiles.Root, "models", "demo-gpt2", "held-out-stories.txt")).Take(32).ToArray();
        foreach (var checkpoint in new[] { RepositoryFiles.Data("huggingface", "gpt2"), Path.Combine(RepositoryFiles.Root, "models", "demo-gpt2") })
        {
            using var generator = ServedGenerator.Load(
                new ModelOptions { Uri = checkpoint, Precision = precision }, new RuntimeOptions(), new TokenizerOptions(), TimeProvider.System);
            using var decoder = new BatchDecoder(generator.Model, new HostMemory(), slots: 1, cachedSlots: 0, chunk: 128);
            var sampler = new TokenSampler(generator.Model.Config.VocabularySize);
            var random = new Random(drafts);
            for (var i = 0; i < texts.Length; i++)
            {
                // The beginning of a text that the demo could have written, so that it goes on as it did before.
                var phrase = generator.Tokenizer.Encode(texts[i]).Take(12 + random.Next(10)).ToArray();
                int[] prompt = [.. phrase, .. phrase, 1 + random.Next(842), .. phrase[..^9]];
                var sampling = new SamplingParameters { Temperature = 0, RepetitionPenalty = i % 5 == 4 ? 1.2f : 1 };
                Assert.Equal(await GenerateAsync(0), await GenerateAsync(drafts));

                Task<string> GenerateAsync(int most)
                {
                    var request = RunningScheduler.Request(prompt, Length, sampling);
                    accepted += Run(request, most, generator, decoder, sampler);
                    return RunningScheduler.ReadAsync(request);
                }
            }
        }
        // Enough that a wrong one would show; how many depends on the demo.
        Assert.True(accepted > (precision == "fp32" || HeadAttention.For(isHalf: true, 64) is not null ? 20 : 0), $"{accepted} guesses were right");
    }

    // The number of guesses that were right.
    private static int Run(SequenceRequest request, int drafts, ServedGenerator generator, BatchDecoder decoder, TokenSampler sampler)
    {
        var sequence = new RunningSequence(new SequenceJob([request], 1, false) { EnqueuedAt = 0 }, generator);
        sequence.Position = request.Prompt.Length;
        var finish = sequence.Advance(StepLogits.Shared(decoder.Append(0, 0, request.Prompt, 1)), sampler, []);
        var accepted = 0;
        while (finish is null)
        {
            var draft = sequence.CanDraft ? PromptLookup.Draft(sequence.Tokens, Math.Min(drafts, sequence.TokensLeft - 1)).ToArray() : [];
            if (draft.Length > 0)
            {
                var before = sequence.Generated;
                finish = sequence.AdvanceDraft(decoder.Verify(sequence.Position, [sequence.Token(0), .. draft]), draft, sampler);
                accepted += Math.Max(sequence.Generated - before - 1, 0);
                continue;
            }
            var logits = decoder.Step([sequence.Token(0)], [sequence.Position]);
            sequence.Position++;
            finish = sequence.Advance(StepLogits.Of(logits), sampler, []);
        }
        return accepted;
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 1, 2 }, 4, new[] { 3, 4, 1, 2 })]
    [InlineData(new[] { 1, 2, 3, 4, 1, 2 }, 1, new[] { 3 })]
    [InlineData(new[] { 5, 5, 5, 5 }, 3, new[] { 5 })]
    [InlineData(new[] { 1, 2, 9, 1, 2, 8, 1, 2 }, 2, new[] { 8, 1 })]
    [InlineData(new[] { 7, 1, 2, 9, 3, 1, 2, 8, 7, 1, 2 }, 1, new[] { 9 })]
    [InlineData(new[] { 1, 2, 3 }, 4, new int[0])]
    [InlineData(new[] { 1 }, 4, new int[0])]
    [InlineData(new[] { 1, 2, 1, 2 }, 0, new int[0])]
    public void PromptLookup_LastWordsSeenBefore_GuessesWhatFollowedThem(int[] tokens, int most, int[] expected) =>
        Assert.Equal(expected, PromptLookup.Draft(tokens, most).ToArray());

    [Fact]
    public void DraftGain_GuessesThatFail_AreTriedRarely()
    {
        var gain = new DraftGain();
        var tried = 0;
        for (var step = 0; step < 1_000; step++)
        {
            if (gain.IsWorthIt(cost: 1.4))
            {
                tried++;
                gain.Verified(accepted: 0);
            }
        }
        Assert.InRange(tried, 20, 60);

        for (var i = 0; i < 5; i++)
        {
            gain.Verified(accepted: 4);
        }
        Assert.True(gain.IsWorthIt(cost: 1.4));
        Assert.True(gain.IsWorthIt(cost: 1.4));
    }
}
