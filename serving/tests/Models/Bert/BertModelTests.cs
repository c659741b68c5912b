using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Parity with Hugging Face on the fixture, and independence of a row from its batch.</summary>
public sealed class BertModelTests : IDisposable
{
    private readonly BertModel _model = BertModel.Load(BertGolden.Folder, new SessionSettings(1));

    public static TheoryData<int> Cases { get; } = [.. Enumerable.Range(0, BertGolden.All.Count)];

    public void Dispose() => _model.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_OneText_LogitsAndScoresAsHuggingFace(int index)
    {
        var golden = BertGolden.All[index];
        var logits = Assert.Single(BertRun.Logits(_model, golden.Ids));
        Assert.InRange(Numbers.LargestDifference(logits, golden.Logits), 0, 1e-3f);
        var scores = logits.Select(x => 1 / (1 + MathF.Exp(-x))).ToArray();
        Assert.InRange(Numbers.LargestDifference(scores, golden.Scores), 0, 1e-4f);
    }

    [Fact]
    public void Run_PaddedBatch_LogitsAsAlone()
    {
        var rows = BertGolden.All.Select(g => g.Ids).ToArray();
        Assert.True(rows.DistinctBy(r => r.Length).Count() > 3, "the batch must hold rows of several lengths");
        var batch = BertRun.Logits(_model, rows);
        for (var row = 0; row < rows.Length; row++)
            Assert.InRange(Numbers.LargestDifference(BertRun.Logits(_model, rows[row])[0], batch[row]), 0, 1e-5f);
    }

    [Fact]
    public void Config_OfTheFixture_AsConfigJsonSays()
    {
        Assert.Equal(["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"], _model.Config.Labels);
        Assert.Equal(ProblemType.MultiLabel, _model.Config.ProblemType);
        Assert.Equal(Activation.GeluErf, _model.Config.Activation);
        Assert.Empty(_model.UnusedTensors);
    }
}
