using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class BertPrecisionTests
{
    [Theory]
    [InlineData(Precision.Int8, 0.4f)]
    [InlineData(Precision.Int4, 1.2f)]
    public void Run_Quantised_NearHuggingFaceAndTheSameEachTime(Precision precision, float tolerance)
    {
        using var model = BertModel.Load(BertGolden.Folder, new SessionSettings(1, precision));
        using var again = BertModel.Load(BertGolden.Folder, new SessionSettings(2, precision));
        Assert.Equal(precision, model.Precision);
        foreach (var golden in BertGolden.All)
        {
            var logits = BertRun.Logits(model, golden.Ids)[0];
            Assert.InRange(Numbers.LargestDifference(logits, golden.Logits), 0, tolerance);
            Assert.Equal(logits, BertRun.Logits(again, golden.Ids)[0]);
        }
    }

    [Fact]
    public void Load_Fp16OnTheCpu_SaysWhereItRuns()
    {
        var refusal = Assert.Throws<CheckpointException>(() => BertModel.Load(BertGolden.Folder, new SessionSettings(1, Precision.Fp16)));
        Assert.Contains("Model__Precision=fp16 runs only on CUDA", refusal.Message, StringComparison.Ordinal);
    }
}
