using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Tokenization;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;
using ElasticSynapse.Tests.Precision;

namespace ElasticSynapse.Classifier.Tests.Quality;

/// <summary>What fp16, int8 and int4 cost a classifier: logits of texts it was not trained on, against fp32's.</summary>
public sealed class PrecisionReportTests
{
    private const int Texts = 400;

    private static readonly string Demo = Path.Combine(RepositoryFiles.Root, "models", "demo-bert");

    [Fact]
    public void Report_OfTheClassifiers_IsAsMeasured()
    {
        var comments = File.ReadLines(Path.Combine(Demo, "heldout_phrasings.csv")).Skip(1).Take(Texts).Select(line => line.Split(',', 2)[1]);
        List<string> rows =
        [
            .. Measure("models/demo-bert", Demo, comments),
            .. Measure("tests/data/huggingface/bert", RepositoryFiles.Data("huggingface", "bert"), Golden.All.Select(golden => golden.Text)),
        ];

        PrecisionReport.Check("classifiers", rows);
    }

    private static IEnumerable<string> Measure(string checkpoint, string folder, IEnumerable<string> texts)
    {
        var tokenizer = WordPieceTokenizer.Load(folder, null);
        using var exact = BertModel.Load(folder, new SessionSettings(1, Precision.Fp32));
        var tokens = exact.Config.Positions;
        var sequences = texts.Select(text => tokenizer.Encode(text, tokens, allowSpecial: false)).Select(ids => new TokenSequence([.. ids.Take(tokens)])).ToList();
        using var exactRunner = new OnnxSequenceRunner(exact, tokens);
        // fp16's own graph, of which a CPU computes most in 32 bits.
        foreach (var precision in new[] { Precision.Fp16, Precision.Int8, Precision.Int4 })
        {
            using var other = BertModel.Load(folder, new SessionSettings(1), precision, cache: null);
            using var otherRunner = new OnnxSequenceRunner(other, tokens);
            var comparison = new LogitComparison(LogitComparison.OfSigmoids, LogitComparison.SameLabels);
            foreach (var sequence in sequences)
            {
                comparison.Add(exactRunner.Run([sequence])[0], otherRunner.Run([sequence])[0]);
            }
            yield return PrecisionReport.Row(checkpoint, $"{precision}".ToLowerInvariant(), comparison);
        }
    }
}
