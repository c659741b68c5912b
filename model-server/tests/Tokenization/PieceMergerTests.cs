using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.ModelServer.Tests.Tokenization;

public class PieceMergerTests
{
    private const int Letters = 3;

    // Merges are of any earlier tokens and in any order: also with results that merge before their own parts do, which no
    // trained vocabulary has.
    [Fact]
    public void Apply_AnyMergesAndLengths_TakesTheLeftmostOfTheLowestRank()
    {
        var cases = Gen.Choose(0, int.MaxValue).Select(seed => new Random(seed)).ToArbitrary();
        Check.One(AwkwardText.Settings.WithMaxTest(1000), Prop.ForAll(cases, random =>
        {
            var merges = Enumerable.Range(Letters, random.Next(1, 12))
                .Select(result => (Left: random.Next(result), Right: random.Next(result), Result: result))
                .DistinctBy(merge => (merge.Left, merge.Right)).ToArray();
            random.Shuffle(merges);
            var tokens = Enumerable.Range(0, random.Next(300)).Select(_ => random.Next(Letters)).ToArray();

            var expected = MergeOneByOne([.. tokens], merges);
            var count = new PieceMerger(new PairTable(merges)).Apply(tokens);
            return expected.SequenceEqual(tokens.Take(count));
        }));
    }

    [Fact]
    public void Indexer_UnknownPair_IsNoMerge()
    {
        Assert.Equal(PairTable.NoMerge, new PairTable([])[1, 2].Rank);
        Assert.Equal(PairTable.NoMerge, new PairTable([(1, 2, 3)])[2, 1].Rank);
        Assert.Equal(new PairTable.Merge(0, 3), new PairTable([(1, 2, 3)])[1, 2]);
        Assert.Equal(new PairTable.Merge(1, 3), new PairTable([(1, 2, 3), (1, 2, 3)])[1, 2]);
    }

    private static List<int> MergeOneByOne(List<int> tokens, (int Left, int Right, int Result)[] merges)
    {
        while (true)
        {
            var at = -1;
            foreach (var (left, right, result) in merges)
            {
                at = Enumerable.Range(0, Math.Max(tokens.Count - 1, 0)).FirstOrDefault(i => tokens[i] == left && tokens[i + 1] == right, -1);
                if (at < 0)
                    continue;
                tokens[at] = result;
                tokens.RemoveAt(at + 1);
                break;
            }
            if (at < 0)
                return tokens;
        }
    }
}
