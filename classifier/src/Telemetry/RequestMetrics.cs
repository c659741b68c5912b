using System.Diagnostics.Metrics;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Telemetry;

namespace ElasticSynapse.Classifier.Telemetry;

/// <summary>What the classifier counts under the names of Hugging Face Text Embeddings Inference, whatever the API, so that
/// dashboards made for it work.</summary>
/// <remarks>Names and labels: huggingface/text-embeddings-inference, <c>router</c> and <c>core/src/queue.rs</c>.</remarks>
internal sealed class RequestMetrics
{
    private const string Overloaded = "overloaded";
    private const string Tokenization = "tokenization";
    private const string Inference = "inference";
    private const string Unhealthy = "unhealthy";
    private const string Deadline = "deadline";
    private const string Validation = "validation";

    private static readonly int[] PowersOfTwo = [.. Enumerable.Range(0, 15).Select(exponent => 1 << exponent)];

    private readonly Meter _meter;
    private readonly Counter<long> _count;
    private readonly Counter<long> _success;
    private readonly Counter<long> _failure;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _tokenization;
    private readonly Histogram<double> _queue;
    private readonly Histogram<double> _inference;
    private readonly Histogram<int> _inputLength;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<int> _batchTokens;

    public RequestMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(PrometheusName.VerbatimMeter + "te_");
        _count = _meter.CreateCounter<long>("request_count", "{request}", "Requests to classify something.");
        _success = _meter.CreateCounter<long>("request_success", "{request}", "Of these, answered with scores.");
        _failure = _meter.CreateCounter<long>("request_failure", "{request}", "Of these, answered with an error.");
        _duration = Seconds("request_duration", "Time from a request's body to its answer.");
        _tokenization = Seconds("request_tokenization_duration", "Time that a request's tokenization took.");
        _queue = Seconds("request_queue_duration", "Time until a worker took a request's first text.");
        _inference = Seconds("request_inference_duration", "Time from there until its last text had run.");
        _inputLength = Tokens("request_input_length", "Tokens of a text.");
        _batchSize = Tokens("batch_next_size", "Texts of a run of the model.");
        _batchTokens = Tokens("batch_next_tokens", "Tokens of a run of the model, padding counted.");
    }

    public void Observe(RequestQueue queue) =>
        _meter.CreateObservableGauge("queue_size", () => queue.Waiting, "{text}", "Texts that wait for a worker.");

    /// <summary>Before the first request, so that rates see the first one, too.</summary>
    public void ShowZeros()
    {
        _count.Add(0);
        _success.Add(0);
        foreach (var error in (string[])[Overloaded, Tokenization, Inference, Unhealthy, Deadline, Validation])
        {
            _failure.Add(0, Error(error));
        }
    }

    public void RequestBegan() => _count.Add(1);

    public void RequestAnswered(TimeSpan duration)
    {
        _success.Add(1);
        _duration.Record(duration.TotalSeconds);
    }

    public void RequestFailed(ErrorKind kind) => _failure.Add(1, Error(kind switch
    {
        ErrorKind.Overloaded => Overloaded,
        ErrorKind.ContextLengthExceeded => Tokenization,
        ErrorKind.Internal => Inference,
        ErrorKind.NotReady => Unhealthy,
        ErrorKind.DeadlineExceeded => Deadline,
        _ => Validation,
    }));

    public void RequestRan(ClassifiedTexts classified)
    {
        _tokenization.Record(classified.Tokenization.TotalSeconds);
        _queue.Record(classified.Times.Queue.TotalSeconds);
        _inference.Record(classified.Times.Inference.TotalSeconds);
        foreach (var score in classified.Scores)
        {
            _inputLength.Record(score.Tokens);
        }
    }

    public void BatchRan(int sequences, int tokens)
    {
        _batchSize.Record(sequences);
        _batchTokens.Record(tokens);
    }

    private static KeyValuePair<string, object?> Error(string error) => new("err", error);

    private Histogram<double> Seconds(string name, string description) => _meter.CreateHistogram<double>(name, "s", description);

    private Histogram<int> Tokens(string name, string description) => _meter.CreateHistogram(
        name, "{token}", description, advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = PowersOfTwo });
}
