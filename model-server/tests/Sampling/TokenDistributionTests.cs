using System.Text.Json;
using ElasticSynapse.ModelServer.Sampling;

namespace ElasticSynapse.ModelServer.Tests.Sampling;

public class TokenDistributionTests
{
    public static TheoryData<int, int> Cases()
    {
        var cases = new TheoryData<int, int>();
        for (var prompt = 0; prompt < Goldens.Generation.Length; prompt++)
        {
            for (var i = 0; i < Goldens.Generation[prompt].GetProperty("next_token_distribution").GetArrayLength(); i++)
            {
                cases.Add(prompt, i);
            }
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_GoldenArguments_EqualsHuggingFace(int prompt, int index)
    {
        var golden = Goldens.Generation[prompt];
        var expected = golden.GetProperty("next_token_distribution")[index];
        var parameters = Parameters(expected.GetProperty("args"));
        var scores = golden.GetProperty("last_logits").Floats();
        var ids = golden.GetProperty("ids").Ints();
        LogitsPenalties.Apply(scores, ids, ids.Length, parameters, []);

        var distribution = new TokenDistribution(scores.Length);
        distribution.Compute(scores, parameters);

        Assert.Equal(expected.GetProperty("kept").GetInt32(), distribution.Tokens.Length);
        var actual = Probabilities(distribution);
        foreach (var pair in expected.GetProperty("probabilities").EnumerateArray())
        {
            Assert.Equal(pair[1].GetDouble(), actual[pair[0].GetInt32()], 1e-4);
        }
    }

    [Fact]
    public void Compute_TiesWithTheKth_AllSurvive()
    {
        var distribution = new TokenDistribution(5);
        distribution.Compute([1f, 3f, 2f, 2f, 0f], new SamplingParameters { TopK = 2 });
        Assert.Equal([1, 2, 3], distribution.Tokens.ToArray());
    }

    [Fact]
    public void Compute_TopPOfZero_KeepsTheBestAlone()
    {
        var distribution = new TokenDistribution(4);
        distribution.Compute([0f, 2f, 2f, 1f], new SamplingParameters { TopP = 0 });
        Assert.Equal([1], distribution.Tokens.ToArray());
    }

    [Fact]
    public void Compute_EqualScoresAtTheNucleusBorder_LowerIdsWin()
    {
        var distribution = new TokenDistribution(4);
        distribution.Compute([0f, 0f, 0f, 0f], new SamplingParameters { TopP = 0.5f });
        Assert.Equal([0, 1], distribution.Tokens.ToArray());
    }

    [Fact]
    public void Compute_MinPAfterTopP_CountsTheNucleusBeforeTheFloor()
    {
        // Probabilities 0.6, 0.2, 0.1, 0.1: top-p 0.85 takes the first three, min-p 0.2 then drops what is under 0.12.
        float[] scores = [MathF.Log(0.6f), MathF.Log(0.2f), MathF.Log(0.1f), MathF.Log(0.1f)];
        var distribution = new TokenDistribution(4);
        distribution.Compute(scores, new SamplingParameters { TopP = 0.85f, MinP = 0.2f });
        Assert.Equal([0, 1], distribution.Tokens.ToArray());
        Assert.Equal(0.75, distribution.Probability(0), 1e-6);
    }

    // Probabilities 0.7, 0.15, 0.1, 0.05: the entropy is 0.914 nats; their information lies 0.558, 0.983, 1.388 and 2.081 from it.
    [Theory]
    [InlineData(0.5, new[] { 0 })]
    [InlineData(0.75, new[] { 0, 1 })]
    [InlineData(0.99, new[] { 0, 1, 2, 3 })]
    public void Compute_TypicalPOfAPeak_KeepsTheNearestToTheEntropy(float typicalP, int[] kept)
    {
        var distribution = new TokenDistribution(4);
        distribution.Compute([MathF.Log(0.7f), MathF.Log(0.15f), MathF.Log(0.1f), MathF.Log(0.05f)], new SamplingParameters { TypicalP = typicalP });
        Assert.Equal(kept, distribution.Tokens.ToArray());
    }

    // Probabilities 0.4 and six of 0.1: the entropy is 1.748 nats; the first lies 0.832 from it, the others 0.555.
    [Fact]
    public void Compute_TypicalPOfAPlain_LeavesTheLikeliestOutAndKeepsTies()
    {
        var distribution = new TokenDistribution(7);
        distribution.Compute([MathF.Log(4), 0, 0, 0, 0, 0, 0], new SamplingParameters { TypicalP = 0.2f });
        Assert.Equal([1, 2, 3, 4, 5, 6], distribution.Tokens.ToArray());
    }

    // Of 0.4, 0.3, 0.2 and 0.1 top-k leaves 4/7 and 3/7: 0.123 and 0.164 from the entropy of 0.683 nats.
    [Fact]
    public void Compute_TypicalPBehindTopK_MeasuresWhatTopKLeaves()
    {
        var distribution = new TokenDistribution(4);
        distribution.Compute([MathF.Log(4), MathF.Log(3), MathF.Log(2), 0], new SamplingParameters { TopK = 2, TypicalP = 0.5f });
        Assert.Equal([0], distribution.Tokens.ToArray());
    }

    // Half of the scores are whole numbers, so that there are ties at every border; some are banned.
    [Fact]
    public void Compute_ManyScoresAndParameters_EqualsASort()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var scores = Enumerable.Range(0, random.Next(3) == 0 ? 50_257 : random.Next(1, 3_000)).Select(_ => Score()).ToArray();
            var parameters = new SamplingParameters
            {
                Temperature = random.Next(2) == 0 ? 1 : 0.3f + random.NextSingle(),
                TopK = random.Next(2) == 0 ? 0 : random.Next(1, 400),
                TopP = random.Next(2) == 0 ? 1 : random.NextSingle(),
                MinP = random.Next(2) == 0 ? 0 : random.NextSingle() / 10,
            };
            var distribution = new TokenDistribution(scores.Length);
            distribution.Compute(scores, parameters);

            var expected = Expected(scores, parameters);
            Assert.Equal(expected.Select(token => token.Token), distribution.Tokens.ToArray());
            for (var i = 0; i < expected.Count; i += 97)
            {
                Assert.Equal(expected[i].Probability, distribution.Probability(i), 1e-6);
            }
        }

        float Score() => random.Next(50) switch
        {
            0 => float.NegativeInfinity,
            < 25 => random.Next(-8, 8),
            _ => (float)((random.NextDouble() * 16) - 8),
        };
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.9999999)]
    public void Compute_ManyEqualScores_TopPKeepsItsShare(double topP)
    {
        var distribution = new TokenDistribution(5_000);
        distribution.Compute(new float[5_000], new SamplingParameters { TopP = (float)topP });
        Assert.Equal(topP == 0 ? 1 : 5_000, distribution.Tokens.Length);
    }

    [Fact]
    public void Draw_UniformAcrossTheUnitInterval_FollowsTheProbabilities()
    {
        var distribution = new TokenDistribution(3);
        distribution.Compute([MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.2f)], new SamplingParameters());
        Assert.Equal(0, distribution.Draw(0));
        Assert.Equal(0, distribution.Draw(0.499));
        Assert.Equal(1, distribution.Draw(0.501));
        Assert.Equal(2, distribution.Draw(0.801));
        Assert.Equal(2, distribution.Draw(Math.BitDecrement(1.0)));
    }

    // Each probability is its share of the unit interval, in order of the ids.
    [Fact]
    public void Draw_OfALargeVocabulary_FollowsTheProbabilities()
    {
        var random = new Random(3);
        var scores = Enumerable.Range(0, 5_000).Select(token => token is > 1_000 and < 3_000 or > 4_990 ? -200 : (float)random.NextDouble() * 4).ToArray();
        var distribution = new TokenDistribution(scores.Length);
        distribution.Compute(scores, new SamplingParameters());
        var below = 0.0;
        for (var i = 0; i < 4_991; i++)
        {
            var probability = distribution.Probability(i);
            if (scores[i] > -200)
            {
                Assert.Equal(i, distribution.Draw(below + (probability / 2)));
            }
            below += probability;
        }
        Assert.Equal(4_990, distribution.Draw(Math.BitDecrement(1.0)));
    }

    // In double precision, in the order of the remarks.
    private static List<(int Token, double Probability)> Expected(float[] scores, SamplingParameters parameters)
    {
        var kept = Enumerable.Range(0, scores.Length).Where(token => scores[token] > float.NegativeInfinity)
            .OrderByDescending(token => scores[token]).ThenBy(token => token).ToList();
        if (parameters.TopK > 0 && parameters.TopK < kept.Count)
        {
            var least = scores[kept[parameters.TopK - 1]];
            kept.RemoveAll(token => scores[token] < least);
        }
        var best = scores[kept[0]];
        double Weight(int token) => Math.Exp((scores[token] - best) / (double)parameters.Temperature);
        if (parameters.TopP < 1)
        {
            var mass = parameters.TopP * kept.Sum(Weight);
            var count = 0;
            for (var before = 0.0; count == 0 || (count < kept.Count && before < mass); count++)
            {
                before += Weight(kept[count]);
            }
            kept.RemoveRange(count, kept.Count - count);
        }
        kept.RemoveAll(token => Weight(token) < parameters.MinP);
        var total = kept.Sum(Weight);
        return [.. kept.Order().Select(token => (token, Weight(token) / total))];
    }

    private static SamplingParameters Parameters(JsonElement args)
    {
        float Number(string name, float neutral) => args.TryGetProperty(name, out var value) ? value.GetSingle() : neutral;
        return new SamplingParameters
        {
            Temperature = Number("temperature", 1),
            TopK = (int)Number("top_k", 0),
            TopP = Number("top_p", 1),
            MinP = Number("min_p", 0),
            RepetitionPenalty = Number("repetition_penalty", 1),
        };
    }

    private static Dictionary<int, double> Probabilities(TokenDistribution distribution)
    {
        var probabilities = new Dictionary<int, double>();
        for (var i = 0; i < distribution.Tokens.Length; i++)
        {
            probabilities[distribution.Tokens[i]] = distribution.Probability(i);
        }
        return probabilities;
    }
}
