using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class BertPrecisionTests
{
    private const float Fp16Tolerance = 0.02f; // of a logit; 16 bits have 11 of precision

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

    // Where all operators are ours. Else runs of int8 and int4 take one text, and fp32's last bits may differ.
    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Int8)]
    [InlineData(Precision.Int4)]
    public void Run_PaddedBatch_TheBitsOfEachAlone(Precision precision)
    {
        using var model = BertModel.Load(BertGolden.Folder, new SessionSettings(2, precision));
        var isExact = TextHead.IsSupported && (precision != Precision.Int4 || Int4Tile.IsSupported);
        Assert.Equal(isExact ? RunSharing.Exact : precision == Precision.Fp32 ? RunSharing.Close : RunSharing.None, model.Sharing);
        if (!isExact)
        {
            return;
        }
        var rows = BertGolden.All.Select(golden => golden.Ids).ToArray();
        var batch = BertRun.Logits(model, rows);
        for (var row = 0; row < rows.Length; row++)
            Assert.Equal(BertRun.Logits(model, rows[row])[0], batch[row]);
    }

    // The graph that CUDA runs, up to its provider; the CPU casts where it has no operator of 16 bits.
    [Fact]
    public void Run_Fp16_NearHuggingFace()
    {
        using var model = Fp16();
        Assert.Equal(Precision.Fp16, model.Precision);
        foreach (var golden in BertGolden.All)
        {
            var logits = BertRun.Logits(model, golden.Ids)[0];
            Assert.InRange(Numbers.LargestDifference(logits, golden.Logits), 0, Fp16Tolerance);
        }
    }

    [Fact]
    public void Run_Fp16PaddedBatch_LogitsAsAlone()
    {
        using var model = Fp16();
        var rows = BertGolden.All.Select(golden => golden.Ids).ToArray();
        var batch = BertRun.Logits(model, rows);
        for (var row = 0; row < rows.Length; row++)
            Assert.InRange(Numbers.LargestDifference(BertRun.Logits(model, rows[row])[0], batch[row]), 0, Fp16Tolerance);
    }

    [Fact]
    public void Load_Fp16OnTheCpu_SaysWhereItRuns()
    {
        var refusal = Assert.Throws<CheckpointException>(() => BertModel.Load(BertGolden.Folder, new SessionSettings(1, Precision.Fp16)));
        Assert.Contains("Model__Precision=fp16 runs only on CUDA", refusal.Message, StringComparison.Ordinal);
    }

    private static BertModel Fp16() =>
        BertModel.Load(BertGolden.Folder, new SessionSettings(1), Precision.Fp16, cache: null);
}
