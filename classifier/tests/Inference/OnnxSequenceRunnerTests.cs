using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Classifier.Tests.Inference;

public sealed class OnnxSequenceRunnerTests : IDisposable
{
    private static readonly int[] Ids = [2, 534, 179, 101, 3, 244, 112, 108, 3]; // [CLS] Hello [SEP] world [SEP]

    private readonly BertModel _model = BertModel.Load(RepositoryFiles.Data("huggingface", "bert"), new SessionSettings(Threads: 1));
    private readonly OnnxSequenceRunner _runner;

    public OnnxSequenceRunnerTests() => _runner = new OnnxSequenceRunner(_model, maxTokens: 128);

    public void Dispose()
    {
        _runner.Dispose();
        _model.Dispose();
    }

    // Computed in double precision from the checkpoint by the formulas of Devlin et al. 2018.
    [Fact]
    public void Run_Pair_ReadsTheTypesOfTheSecondText() => Golden.AssertClose(
        [0.912699f, 0.610057f, 0.551903f, 0.323562f, 0.234197f, 0.274237f],
        Probabilities.Sigmoid(_runner.Run([new TokenSequence(Ids, [0, 0, 0, 0, 0, 1, 1, 1, 1])])[0]));

    [Fact]
    public void Run_TypesAllZero_IsTheSequenceWithoutTypes()
    {
        var plain = _runner.Run([new TokenSequence(Ids)])[0];
        Assert.Equal(plain, _runner.Run([new TokenSequence(Ids, new int[Ids.Length])])[0]);
        Golden.AssertClose([0.902087f, 0.582258f, 0.622554f, 0.159084f, 0.135191f, 0.178733f], Probabilities.Sigmoid(plain));
    }

    [Theory]
    [InlineData(Precision.Fp32, 1e-5f)]
    [InlineData(Precision.Fp16, 0.02f)] // of a logit; what CUDA runs, up to its provider
    public void Run_Batch_TheLogitsOfEachAlone(Precision precision, float tolerance)
    {
        TokenSequence[] batch =
        [
            new([2, 534, 3]),
            new(Ids, [0, 0, 0, 0, 0, 1, 1, 1, 1]),
            new([.. Enumerable.Range(100, 128)]),
            new(Ids),
        ];
        using var model = BertModel.Load(RepositoryFiles.Data("huggingface", "bert"), new SessionSettings(Threads: 1), precision, cache: null);
        using var runner = new OnnxSequenceRunner(model, maxTokens: batch.Length * 128, maxSequences: batch.Length);

        foreach (var time in new[] { 1, 2 }) // buffers keep what was in them
        {
            var together = runner.Run(batch);

            Assert.Equal(batch.Length, together.Length);
            foreach (var (sequence, logits) in batch.Zip(together))
            {
                var alone = runner.Run([sequence])[0];
                Assert.All(logits.Zip(alone), pair => Assert.True(MathF.Abs(pair.First - pair.Second) <= tolerance, $"{pair} of {sequence.Length} tokens, time {time}"));
            }
        }
    }
}
