using System.Diagnostics.Metrics;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Labels;

namespace ElasticSynapse.Classifier.Telemetry;

/// <summary>What the classifier counts, beside the <see cref="RequestMetrics"/>. No metric name stands outside these two classes.</summary>
internal sealed class ClassifierMetrics
{
    public const string MeterName = "ElasticSynapse.Classifier";

    // Probabilities: fine where nearly all harmless texts lie, so that a drift shows.
    private static readonly double[] ScoreBuckets = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];

    private readonly KeyValuePair<string, object?>[] _labels;
    private readonly Meter _meter;
    private readonly Counter<long> _texts;
    private readonly Counter<long> _truncated;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _flagged;
    private readonly Counter<long> _cacheHits;
    private readonly Counter<long> _cacheMisses;
    private readonly Histogram<double> _scores;
    private readonly Histogram<double> _inferenceSeconds;

    /// <param name="factory">The host's.</param>
    /// <param name="labels">The checkpoint's: all values that the metrics' label can have.</param>
    public ClassifierMetrics(IMeterFactory factory, IReadOnlyList<string> labels)
    {
        _labels = [.. labels.Select(label => new KeyValuePair<string, object?>("label", label))];
        _meter = factory.Create(MeterName);
        _texts = _meter.CreateCounter<long>("elastic_synapse.classifier.texts", "{text}", "Texts classified.");
        _truncated = _meter.CreateCounter<long>("elastic_synapse.classifier.truncated_texts", "{text}", "Texts classified that had more tokens than the model takes.");
        _tokens = _meter.CreateCounter<long>("elastic_synapse.classifier.tokens", "{token}", "Tokens the model read, with [CLS] and [SEP].");
        _flagged = _meter.CreateCounter<long>("elastic_synapse.classifier.flagged", "{text}", "Texts whose probability of the label reached its threshold.");
        _scores = _meter.CreateHistogram(
            "elastic_synapse.classifier.score", "{probability}", "Probabilities of the label.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = ScoreBuckets });
        _cacheHits = _meter.CreateCounter<long>("elastic_synapse.classifier.cache.hits", "{text}", "Texts whose logits came from the cache.");
        _cacheMisses = _meter.CreateCounter<long>("elastic_synapse.classifier.cache.misses", "{text}", "Texts that were not in the cache.");
        _inferenceSeconds = _meter.CreateHistogram<double>("elastic_synapse.classifier.inference.duration", "s", "Time of the run that a text was in, without waiting.");
    }

    public void Observe(RequestQueue queue, LogitsCache cache)
    {
        _meter.CreateObservableGauge("elastic_synapse.classifier.queue.texts", () => queue.Waiting, "{text}", "Texts that wait for a worker.");
        _meter.CreateObservableGauge("elastic_synapse.classifier.cache.bytes", () => cache.Bytes, "By", "Memory that the cache holds.");
    }

    /// <summary>Before the first text, so that rates see the first one, too.</summary>
    public void ShowZeros()
    {
        foreach (var counter in (Counter<long>[])[_texts, _truncated, _tokens, _cacheHits, _cacheMisses])
        {
            counter.Add(0);
        }
        foreach (var label in _labels)
        {
            _flagged.Add(0, label);
        }
    }

    /// <param name="scores">What came out.</param>
    public void TextClassified(TextScores scores)
    {
        _texts.Add(1);
        _tokens.Add(scores.Tokens);
        if (scores.IsTruncated)
        {
            _truncated.Add(1);
        }
        for (var label = 0; label < _labels.Length; label++)
        {
            _scores.Record(scores.Probabilities[label], _labels[label]);
            if (scores.Flagged[label])
            {
                _flagged.Add(1, _labels[label]);
            }
        }
    }

    public void CacheRead(int hits, int misses)
    {
        _cacheHits.Add(hits);
        _cacheMisses.Add(misses);
    }

    /// <param name="sequences">That shared the run.</param>
    public void BatchRan(int sequences, TimeSpan duration)
    {
        for (var i = 0; i < sequences; i++)
        {
            _inferenceSeconds.Record(duration.TotalSeconds);
        }
    }
}
