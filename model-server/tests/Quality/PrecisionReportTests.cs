using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Tests.Models;
using ElasticSynapse.Tests;
using ElasticSynapse.Tests.Precision;

namespace ElasticSynapse.ModelServer.Tests.Quality;

/// <summary>What int8 and int4 cost a generator: logits after every token of texts it was not trained on, against fp32's.</summary>
public class PrecisionReportTests
{
    private const int Texts = 40;

    private static readonly string Demo = Path.Combine(RepositoryFiles.Root, "models", "demo-gpt2");

    [Fact]
    public void Report_OfTheGenerators_IsAsMeasured()
    {
        var fixtureTexts = Goldens.Generation.Select(golden => golden.Prompt());
        List<string> rows =
        [
            .. Measure("models/demo-gpt2", Demo, File.ReadLines(Path.Combine(Demo, "held-out-stories.txt")).Take(Texts)),
            .. Measure("tests/data/huggingface/gpt2", RepositoryFiles.Data("huggingface", "gpt2"), fixtureTexts),
        ];

        PrecisionReport.Check("generators", rows);
    }

    private static IEnumerable<string> Measure(string checkpoint, string folder, IEnumerable<string> texts)
    {
        var tokenizer = BpeTokenizer.Load(folder);
        using var exact = Gpt2Model.Load(folder, new SessionSettings(1, Precision.Fp32));
        var positions = exact.Config.Positions;
        var prompts = texts.Select(text => tokenizer.Encode(text).Take(positions).Select(id => (long)id).ToArray()).ToList();
        foreach (var precision in new[] { Precision.Int8, Precision.Int4 })
        {
            using var other = Gpt2Model.Load(folder, new SessionSettings(1, precision));
            var comparison = new LogitComparison(LogitComparison.OfSoftmax, LogitComparison.SameLargest);
            foreach (var prompt in prompts)
            {
                var logits = new Gpt2Run(exact, slotLength: positions).Whole(prompt).Chunk(exact.Config.VocabularySize);
                var otherLogits = new Gpt2Run(other, slotLength: positions).Whole(prompt).Chunk(exact.Config.VocabularySize);
                foreach (var (row, otherRow) in logits.Zip(otherLogits))
                {
                    comparison.Add(row, otherRow);
                }
            }
            yield return PrecisionReport.Row(checkpoint, $"{precision}".ToLowerInvariant(), comparison);
        }
    }
}
