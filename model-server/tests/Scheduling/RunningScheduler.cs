using System.Diagnostics.Metrics;
using System.Text;
using ElasticSynapse.ModelServer.Decoding.Memory;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Hosting.Drain;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace ElasticSynapse.ModelServer.Tests.Scheduling;

/// <summary>A scheduler on a checkpoint, without HTTP around it. Its metrics are its own.</summary>
internal sealed class RunningScheduler : IAsyncDisposable, IGracePeriod
{
    private readonly CancellationTokenSource _graceEnded = new();
    private readonly OwnMeters _meters = new();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _counters = new(StringComparer.Ordinal);
    private bool _isStopped;

    private RunningScheduler(string checkpoint, string precision, SchedulerOptions options, TensorMemory? memory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (_meters.Own(instrument.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Count(instrument, instrument.IsObservable ? value : 1, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Count(instrument, instrument.IsObservable ? value : 1, tags));
        _listener.Start();
        Generator = ServedGenerator.Load(new ModelOptions { Uri = checkpoint, Precision = precision }, new RuntimeOptions(), new TokenizerOptions(), TimeProvider.System);
        Scheduler = new Scheduler(Generator, options, new GeneratorMetrics(_meters, Generator.Identity), this, TimeProvider.System, NullLogger<Scheduler>.Instance, memory);
    }

    public ServedGenerator Generator { get; }

    public Scheduler Scheduler { get; }

    CancellationToken IGracePeriod.Ended => _graceEnded.Token;

    public static async Task<RunningScheduler> StartAsync(
        SchedulerOptions? options = null, string? checkpoint = null, TensorMemory? memory = null, string precision = "auto")
    {
        var running = new RunningScheduler(checkpoint ?? RepositoryFiles.Data("huggingface", "gpt2"), precision, options ?? new SchedulerOptions(), memory);
        await running.Scheduler.StartAsync(CancellationToken.None);
        return running;
    }

    public static SequenceRequest Request(int[] prompt, int maxTokens, SamplingParameters? sampling = null, CancellationToken cancelled = default) => new()
    {
        Prompt = prompt,
        MaxTokens = maxTokens,
        Sampling = sampling ?? new SamplingParameters { Temperature = 0 },
        Stops = [],
        Cancelled = cancelled,
    };

    /// <summary>All that a sequence brought, with its log-probabilities to the last bit.</summary>
    public static async Task<string> ReadAsync(SequenceRequest request)
    {
        var text = new StringBuilder();
        await foreach (var piece in request.Pieces.ReadAllAsync())
        {
            text.Append(piece.Text);
            foreach (var (token, start, logprobs) in piece.Placed)
            {
                text.Append('|').Append(token).Append('@').Append(start);
                foreach (var (top, logprob) in logprobs?.Top ?? [])
                {
                    text.Append(',').Append(top).Append('=').Append(BitConverter.SingleToInt32Bits(logprob));
                }
            }
            if (piece.Finish is { } finish)
            {
                text.Append(" [").Append(finish).Append(' ').Append(piece.Tokens).Append(']');
            }
        }
        return text.ToString();
    }

    public Task<string> GenerateAsync(SequenceRequest request)
    {
        Scheduler.Enqueue([request]);
        return ReadAsync(request);
    }

    /// <summary>A counter's sum, a histogram's number of measurements, or a gauge's value, over all of its labels.</summary>
    public double Metric(string name)
    {
        _listener.RecordObservableInstruments();
        lock (_counters)
        {
            return _counters.Where(counter => counter.Key == name || counter.Key.StartsWith(name + "{", StringComparison.Ordinal)).Sum(counter => counter.Value);
        }
    }

    public void EndGrace() => _graceEnded.Cancel();

    public async Task StopAsync()
    {
        _isStopped = true;
        await Scheduler.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isStopped)
        {
            await StopAsync();
        }
        Scheduler.Dispose();
        Generator.Dispose();
        _listener.Dispose();
        _meters.Dispose();
        _graceEnded.Dispose();
    }

    private void Count(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = instrument.Name;
        foreach (var (name, tag) in tags)
        {
            key += name == "finished_reason" ? $"{{{tag}}}" : "";
        }
        lock (_counters)
        {
            _counters[key] = instrument.IsObservable ? value : _counters.GetValueOrDefault(key) + value;
        }
    }

    // Of the process's meters, those that this scheduler made; the names begin as no exporter's do.
    private sealed class OwnMeters : IMeterFactory
    {
        private readonly string _prefix = $"unseen {Guid.NewGuid():N} ";
        private readonly List<Meter> _meters = [];

        public bool Own(Meter meter) => meter.Name.StartsWith(_prefix, StringComparison.Ordinal);

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(_prefix + options.Name);
            _meters.Add(meter);
            return meter;
        }

        public void Dispose() => _meters.ForEach(meter => meter.Dispose());
    }
}
