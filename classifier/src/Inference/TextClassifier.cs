using System.Diagnostics;
using ElasticSynapse.Classifier.Explanation;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Classifier.Telemetry;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>The way of a request's texts: tokens, admission, logits, probabilities, flags, explanations.</summary>
internal sealed class TextClassifier(
    ServedClassifier served, ClassificationOptions options, SequenceReader reader, SequenceAdmission admission,
    TextScorer scorer, TextExplainer explainer, ClassifierMetrics metrics, RequestMetrics requests, ClassifierSpans spans)
{
    /// <exception cref="ApiException">There is no room for the texts, they can't be read as the request
    /// asks, or its deadline passes.</exception>
    public async Task<ClassifiedTexts> ClassifyAsync(TextRequest request)
    {
        using var span = spans.Classify(request.Inputs.Count);
        var start = Stopwatch.GetTimestamp();
        using var tokenizing = ClassifierSpans.Tokenize();
        var longTexts = request.LongTexts ?? (options.Windows ? LongTexts.Windows : LongTexts.CutEnd);
        var special = request.AllowSpecial ?? served.AllowSpecialTokens;
        ReadText[] texts = [.. request.Inputs.Select(input => reader.Read(input, longTexts, special))];
        tokenizing?.Stop();
        var tokenization = Stopwatch.GetElapsedTime(start);

        var (logits, times) = await admission.RunAsync([.. texts.SelectMany(text => text.Sequences)], request.Deadline, request.Caller);
        var scores = Score(texts, logits, request.Threshold);
        if (request.Explain)
        {
            (scores, var explaining) = await explainer.ExplainAsync(request, special, texts, logits, scores);
            times += explaining;
        }
        return Counted(new ClassifiedTexts(scores, tokenization, times), span, request.Inputs);
    }

    /// <summary>The same for what a client has tokenized itself.</summary>
    /// <param name="sequences">At least one, each within the model's limits.</param>
    public async Task<ClassifiedTexts> ClassifyAsync(TokenSequence[] sequences, Deadline deadline, CancellationToken caller)
    {
        using var span = spans.Classify(sequences.Length);
        var (logits, times) = await admission.RunAsync(sequences, deadline, caller);
        var scores = Score([.. sequences.Select(sequence => new ReadText([sequence], sequence.Length, IsTruncated: false))], logits, threshold: null);
        return Counted(new ClassifiedTexts(scores, TimeSpan.Zero, times), span, inputs: []);
    }

    private ClassifiedTexts Counted(ClassifiedTexts classified, Activity? span, IReadOnlyList<TextInput> inputs)
    {
        spans.Describe(span, inputs, classified);
        requests.RequestRan(classified);
        foreach (var score in classified.Scores)
        {
            metrics.TextClassified(score);
        }
        return classified;
    }

    private TextScores[] Score(ReadText[] texts, float[][] logits, double? threshold)
    {
        var scores = new TextScores[texts.Length];
        var next = 0;
        for (var i = 0; i < texts.Length; i++)
        {
            var sequences = texts[i].Sequences.Length;
            scores[i] = scorer.Score(texts[i], logits.AsSpan(next, sequences), threshold);
            next += sequences;
        }
        return scores;
    }
}
