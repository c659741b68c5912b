using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.Classifier.Tests.Inference;

public sealed class BatchChoiceTests
{
    [Theory]
    [InlineData("9", 100, "0")]
    [InlineData("200", 100, "0")]                          // longer than the budget: by itself
    [InlineData("9 9 9", 100, "0 1 2")]
    [InlineData("9 9 9", 26, "0 1")]                       // of equals the older
    [InlineData("10 8 8 8", 30, "0 1 2")]                  // also on the shorter side
    [InlineData("10 60 11 10", 1_000, "0 2 3")]            // 60 would pad the others to more than a quarter
    [InlineData("60 10 11 10 58", 1_000, "0 4")]
    [InlineData("10 20 19 10 20", 1_000, "0 1 2 3 4")]     // 79 tokens in 100
    [InlineData("10 30 30 30 30 30 30", 1_000, "0 1 2 3 4 5 6")] // one short text among many long ones
    [InlineData("10 30 30 30 30 30 30", 120, "0 1 2 3")]
    public void Of_TextsInLine_TheOldestAndItsNeighboursByLength(string lengths, int maxTokens, string chosen) =>
        Assert.Equal(chosen, string.Join(' ', BatchChoice.Of([.. lengths.Split(' ').Select(int.Parse)], new BatchPolicy(maxTokens, TimeSpan.Zero), BatchChoice.Window).Order()));

    [Theory]
    [InlineData("32 32 31 33 32 32 32", 256, "0 1 4 5")]   // four fill the budget
    [InlineData("32 32 31 33 32 32 32", 2, "0 1")]
    [InlineData("32 32", 1, "0")]
    [InlineData("33 32 32 32", 256, "0")]
    [InlineData("200 200", 256, "0")]
    [InlineData("65 65", 256, "0")]
    [InlineData("64 63 64", 256, "0 2")]
    public void Of_OneLengthOnly_NoPaddingAndNoMoreThanAsked(string lengths, int maxTexts, string chosen) =>
        Assert.Equal(chosen, string.Join(' ', BatchChoice.Of([.. lengths.Split(' ').Select(int.Parse)], BatchPolicy.OfOneLength, maxTexts).Order()));

    [Fact]
    public void Of_AnyTexts_HoldsTheOldestWithinTheBudgetAndAQuarterOfPaddingAndNoBetterNeighboursThere()
    {
        var cases =
            from lengths in Gen.Choose(2, 128).ArrayOf().Where(lengths => lengths.Length is > 0 and <= 24)
            from maxTokens in Gen.Choose(128, 2_000)
            select (lengths, maxTokens);
        Check.One(AwkwardText.Settings, Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var (lengths, maxTokens) = c;
            var batch = BatchChoice.Of(lengths, new BatchPolicy(maxTokens, TimeSpan.Zero), BatchChoice.Window);
            int[] chosen = [.. batch.Select(place => lengths[place])];
            return batch.Contains(0)
                && batch.Distinct().Count() == batch.Length
                && Fits(chosen, maxTokens)
                && chosen.Sum() == MostTokens(lengths, maxTokens);
        }));
    }

    [Fact]
    public void Of_RunAfterRun_EachTextRunsOnceAndNoLaterThanByItselfInTurn()
    {
        var cases =
            from lengths in Gen.Choose(2, 512).ArrayOf(700)
            from maxTokens in Gen.Choose(512, 8_000)
            select (lengths, maxTokens);
        Check.One(AwkwardText.Settings.WithMaxTest(20), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var waiting = Enumerable.Range(0, c.lengths.Length).ToList();
            var runOf = new Dictionary<int, int>();
            for (var run = 0; waiting.Count > 0; run++)
            {
                int[] line = [.. waiting.Take(BatchChoice.Window)];
                foreach (var place in BatchChoice.Of([.. line.Select(text => c.lengths[text])], new BatchPolicy(c.maxTokens, TimeSpan.Zero), BatchChoice.Window))
                {
                    runOf.Add(line[place], run);
                }
                waiting.RemoveAll(runOf.ContainsKey);
            }
            return runOf.All(text => text.Value <= text.Key);
        }));
    }

    private static bool Fits(int[] lengths, int maxTokens)
    {
        var cells = lengths.Length * lengths.Max();
        return lengths.Length == 1 || (cells <= maxTokens && lengths.Sum() >= 0.75 * cells);
    }

    // Every set of neighbours by length that holds the oldest, which stands before its equals, one by one.
    private static int MostTokens(int[] lengths, int maxTokens)
    {
        int[] sorted = [.. lengths.Order()];
        var oldest = Array.IndexOf(sorted, lengths[0]);
        return (from first in Enumerable.Range(0, oldest + 1)
                from last in Enumerable.Range(oldest, sorted.Length - oldest)
                let neighbours = sorted[first..(last + 1)]
                where Fits(neighbours, maxTokens)
                select neighbours.Sum()).Max();
    }
}
