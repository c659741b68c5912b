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
        Probabilities.Sigmoid(_runner.Run(new TokenSequence(Ids, [0, 0, 0, 0, 0, 1, 1, 1, 1]))));

    [Fact]
    public void Run_TypesAllZero_IsTheSequenceWithoutTypes()
    {
        var plain = _runner.Run(new TokenSequence(Ids));
        Assert.Equal(plain, _runner.Run(new TokenSequence(Ids, new int[Ids.Length])));
        Golden.AssertClose([0.902087f, 0.582258f, 0.622554f, 0.159084f, 0.135191f, 0.178733f], Probabilities.Sigmoid(plain));
    }
}
