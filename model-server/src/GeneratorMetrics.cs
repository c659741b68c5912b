using System.Diagnostics.Metrics;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Hosting.Telemetry;

namespace ElasticSynapse.ModelServer;

/// <summary>What the generator counts, under vLLM's names and with its meanings where it has one, so that autoscalers, endpoint
/// pickers and dashboards made for it work here. A request is one sequence, or one that a beam search returns. No metric name
/// stands outside this class.</summary>
internal sealed class GeneratorMetrics
{
    private const string Stop = "stop", Length = "length", Abort = "abort", Error = "error";

    private readonly Meter _vllm;
    private readonly KeyValuePair<string, object?> _model;
    private readonly Counter<long> _promptTokens;
    private readonly Counter<long> _generationTokens;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _prefixQueries;
    private readonly Counter<long> _prefixHits;
    private readonly Counter<long> _draftTokens;
    private readonly Counter<long> _acceptedTokens;
    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _interTokenLatency;
    private readonly Histogram<double> _endToEndLatency;
    private readonly Histogram<double> _prefillDuration;
    private readonly Histogram<double> _stepDuration;
    private readonly Histogram<int> _stepRows;

    public GeneratorMetrics(IMeterFactory factory, ModelIdentity identity)
    {
        _vllm = factory.Create(PrometheusName.VerbatimMeter + "vllm:");
        _model = new("model_name", identity.Name);
        _promptTokens = _vllm.CreateCounter<long>("prompt_tokens_total", null, "Prompt tokens taken up, those from the prefix cache included.");
        _generationTokens = _vllm.CreateCounter<long>("generation_tokens_total", null, "Tokens generated.");
        _requests = _vllm.CreateCounter<long>("request_success_total", null, "Requests ended, by finished_reason.");
        _prefixQueries = _vllm.CreateCounter<long>("prefix_cache_queries_total", null, "Prompt tokens looked up in the prefix cache.");
        _prefixHits = _vllm.CreateCounter<long>("prefix_cache_hits_total", null, "Prompt tokens that needed no run: from the prefix cache, or from another choice of the same prompt.");
        _draftTokens = _vllm.CreateCounter<long>("spec_decode_num_draft_tokens_total", null, "Tokens guessed ahead.");
        _acceptedTokens = _vllm.CreateCounter<long>("spec_decode_num_accepted_tokens_total", null, "Guessed tokens that were right.");
        _queueTime = Seconds("request_queue_time_seconds", "Time from admission to a slot.");
        _timeToFirstToken = Seconds("time_to_first_token_seconds", "Time from admission to the first token.");
        _interTokenLatency = Seconds("inter_token_latency_seconds", "Time from one token of a sequence to the next.");
        _endToEndLatency = Seconds("e2e_request_latency_seconds", "Time from admission to the end.");

        var meter = factory.Create("ElasticSynapse.ModelServer");
        _prefillDuration = meter.CreateHistogram<double>("elastic_synapse.generator.prefill_duration", "s", "Time of one run for a chunk of a prompt.");
        _stepDuration = meter.CreateHistogram<double>("elastic_synapse.generator.step_duration", "s", "Time of one run for all rows that decode.");
        _stepRows = meter.CreateHistogram("elastic_synapse.generator.step_rows", "{row}", "Rows of one such run.", tags: null,
            new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 128] });

        Histogram<double> Seconds(string name, string description) => _vllm.CreateHistogram<double>(name, "s", description);
    }

    /// <param name="running">Requests that hold a slot.</param>
    /// <param name="waiting">Requests that wait for one.</param>
    /// <param name="cacheUse">Share of the KV cache's positions in use, from 0 to 1.</param>
    public void Observe(Func<int> running, Func<int> waiting, Func<double> cacheUse)
    {
        _vllm.CreateObservableGauge("num_requests_running", () => new Measurement<int>(running(), _model), null, "Requests that hold a slot of the KV cache.");
        _vllm.CreateObservableGauge("num_requests_waiting", () => new Measurement<int>(waiting(), _model), null, "Requests that wait for a slot.");
        _vllm.CreateObservableGauge("kv_cache_usage_perc", () => new Measurement<double>(cacheUse(), _model), null, "Share of the KV cache in use, from 0 to 1.");
    }

    /// <summary>Shows the counters at zero: one that appears with its first event hides that event from <c>rate()</c>. Once those
    /// who listen to the meters do.</summary>
    public void ShowZeros()
    {
        foreach (var counter in (Counter<long>[])[_promptTokens, _generationTokens, _prefixQueries, _prefixHits, _draftTokens, _acceptedTokens])
        {
            counter.Add(0, _model);
        }
        foreach (var reason in (string[])[Stop, Length, Abort, Error])
        {
            _requests.Add(0, _model, Reason(reason));
        }
    }

    /// <summary>A job got its slots.</summary>
    /// <param name="job">The job.</param>
    /// <param name="cachedTokens">Tokens of its prompt that need no run.</param>
    public void Joined(SequenceJob job, int cachedTokens)
    {
        var prompt = job.First.Prompt.Length;
        _queueTime.Record(job.First.QueueTime.TotalSeconds, _model);
        _promptTokens.Add(prompt, _model);
        _prefixQueries.Add(prompt, _model);
        _prefixHits.Add(cachedTokens, _model);
    }

    /// <param name="count">Tokens that came together.</param>
    /// <param name="sinceLast">Time since the token before, or since admission.</param>
    /// <param name="isFirst">Whether there was none before.</param>
    public void TokensGenerated(int count, TimeSpan sinceLast, bool isFirst)
    {
        _generationTokens.Add(count, _model);
        (isFirst ? _timeToFirstToken : _interTokenLatency).Record(sinceLast.TotalSeconds, _model);
        for (var i = 1; i < count; i++)
        {
            _interTokenLatency.Record(0, _model);
        }
    }

    public void Prefilled(TimeSpan time) => _prefillDuration.Record(time.TotalSeconds);

    public void Stepped(TimeSpan time, int rows)
    {
        _stepDuration.Record(time.TotalSeconds);
        _stepRows.Record(rows);
    }

    public void Drafted(int tokens, int accepted)
    {
        _draftTokens.Add(tokens, _model);
        _acceptedTokens.Add(accepted, _model);
    }

    /// <summary>A request ended as it should.</summary>
    public void Finished(FinishReason reason, TimeSpan time) => Ended(reason == FinishReason.Length ? Length : Stop, time);

    /// <summary>A request ended before its text did.</summary>
    /// <param name="isOurFault">False if its caller went away or allowed no more time.</param>
    /// <param name="time">Since admission.</param>
    public void Aborted(bool isOurFault, TimeSpan time) => Ended(isOurFault ? Error : Abort, time);

    private void Ended(string reason, TimeSpan time)
    {
        _requests.Add(1, _model, Reason(reason));
        _endToEndLatency.Record(time.TotalSeconds, _model);
    }

    private static KeyValuePair<string, object?> Reason(string reason) => new("finished_reason", reason);
}
