using System.Diagnostics.Metrics;
using ElasticSynapse.Classifier.Labels;

namespace ElasticSynapse.Classifier.Telemetry;

/// <summary>What the classifier counts. No metric name stands outside this class.</summary>
internal sealed class ClassifierMetrics
{
    public const string MeterName = "ElasticSynapse.Classifier";

    private readonly Meter _meter;
    private readonly Counter<long> _texts;
    private readonly Counter<long> _truncated;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _flagged;
    private readonly Histogram<double> _inferenceSeconds;

    public ClassifierMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _texts = _meter.CreateCounter<long>("elastic_synapse.classifier.texts", "{text}", "Texts classified.");
        _truncated = _meter.CreateCounter<long>("elastic_synapse.classifier.truncated_texts", "{text}", "Texts classified that had more tokens than the model takes.");
        _tokens = _meter.CreateCounter<long>("elastic_synapse.classifier.tokens", "{token}", "Tokens the model read, with [CLS] and [SEP].");
        _flagged = _meter.CreateCounter<long>("elastic_synapse.classifier.flagged", "{text}", "Texts whose probability of the label reached its threshold.");
        _inferenceSeconds = _meter.CreateHistogram<double>("elastic_synapse.classifier.inference.duration", "s", "Time one text took in the model, without waiting.");
    }

    public void ObserveWaiting(Func<int> waitingTexts) => _meter.CreateObservableGauge(
        "elastic_synapse.classifier.queue.texts", waitingTexts, "{text}", "Texts that wait for a worker.");

    /// <param name="scores">What came out.</param>
    /// <param name="labels">The checkpoint's labels: all values that the metric's label can have.</param>
    public void TextClassified(TextScores scores, IReadOnlyList<string> labels)
    {
        _texts.Add(1);
        _tokens.Add(scores.Tokens);
        if (scores.IsTruncated)
        {
            _truncated.Add(1);
        }
        for (var label = 0; label < labels.Count; label++)
        {
            if (scores.Flagged[label])
            {
                _flagged.Add(1, new KeyValuePair<string, object?>("label", labels[label]));
            }
        }
    }

    public void SequenceRan(TimeSpan duration) => _inferenceSeconds.Record(duration.TotalSeconds);
}
