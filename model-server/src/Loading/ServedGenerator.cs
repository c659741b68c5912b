using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Hosting.Telemetry;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Loading;

/// <summary>A checkpoint that is ready to generate: its session, its tokenizer, and what it is called.</summary>
internal sealed partial class ServedGenerator : IDisposable
{
    private readonly DeviceChoice _device;

    private ServedGenerator(ModelIdentity identity, Gpt2Model model, BpeTokenizer tokenizer, DeviceChoice device)
    {
        (Identity, Model, Tokenizer, _device) = (identity, model, tokenizer, device);
        StartToken = tokenizer.EndOfTextId ?? model.Config.BosTokenId ?? (model.Config.EosTokenIds is [var end, ..] ? end : 0);
        EndTokens = model.Config.EosTokenIds.ToFrozenSet();
    }

    public ModelIdentity Identity { get; }

    public Gpt2Model Model { get; }

    public BpeTokenizer Tokenizer { get; }

    /// <summary>Tokens that end a text.</summary>
    public FrozenSet<int> EndTokens { get; }

    /// <summary>What an empty prompt starts from: the end-of-text token.</summary>
    public int StartToken { get; }

    /// <summary>Whether special tokens in prompts are recognised unless a request says otherwise.</summary>
    public required bool AllowSpecialTokens { get; init; }

    public required DateTimeOffset LoadedAt { get; init; }

    /// <summary>Time that it took to get here.</summary>
    public required TimeSpan LoadTime { get; init; }

    /// <summary>Positions of the context: prompt and new tokens together.</summary>
    public int MaxTokens => Model.Config.Positions;

    /// <exception cref="CheckpointException">The folder can't be served; the message says why.</exception>
    public static ServedGenerator Load(ModelOptions options, RuntimeOptions runtime, TokenizerOptions tokenizerOptions, TimeProvider time,
        IProgress<DownloadProgress>? fetching = null)
    {
        var start = Stopwatch.GetTimestamp();
        // Before anything is fetched.
        var device = DeviceChoice.Of(runtime.Device, Precisions.Parse(options.Precision));
        var cache = CacheSettings.Of(options.CacheDirectory, options.CacheMaxBytes);
        var folder = CheckpointFetch.LocalFolder(options.Uri, cache, fetching);
        var model = Gpt2Model.Load(folder, SessionSettings.Of(runtime.Threads, options.Precision, device.Device), cache);
        try
        {
            return new ServedGenerator(options.Identity, model, LoadTokenizer(folder, model.Config.VocabularySize), device)
            {
                AllowSpecialTokens = tokenizerOptions.AllowSpecialTokens,
                LoadedAt = time.GetUtcNow(),
                LoadTime = Stopwatch.GetElapsedTime(start),
            };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Says what is served: in a line of the log, and to whoever scrapes.</summary>
    public void Announce(ILogger logger, IMeterFactory meters)
    {
        meters.AddModelMetrics(Identity, Model.Precision.ToString().ToLowerInvariant(), $"{_device.Device}", _device.Fallback is not null, LoadTime);
        Loaded(logger, Identity, Model.Config.Layers, Model.Config.VocabularySize, MaxTokens, Model.Precision, _device.Device);
        if (_device.Fallback is { } reason)
        {
            FellBack(logger, reason);
        }
        if (Model.UnusedTensors.Count > 0)
        {
            Unused(logger, string.Join(", ", Model.UnusedTensors));
        }
    }

    public void Dispose() => Model.Dispose();

    private static BpeTokenizer LoadTokenizer(string folder, int rows)
    {
        var tokenizer = BpeTokenizer.Load(folder, rows);
        return tokenizer.VocabularySize <= rows
            ? tokenizer
            : throw new CheckpointException($"{folder}: the tokenizer has {tokenizer.VocabularySize:N0} tokens, the model only {rows:N0}");
    }

    [LoggerMessage(LogLevel.Information, "serving {Model}: {Layers} layers, {Vocabulary} tokens in the vocabulary, {MaxTokens} in the context, {Precision} on {Device}")]
    private static partial void Loaded(ILogger logger, ModelIdentity model, int layers, int vocabulary, int maxTokens, Precision precision, ComputeDevice device);

    [LoggerMessage(LogLevel.Warning, "the model runs on the CPU, because CUDA can't be had: {Reason}. Runtime__Device=cpu accepts that, Runtime__Device=cuda stops the start instead")]
    private static partial void FellBack(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "the checkpoint has tensors that the model does not use: {Tensors}")]
    private static partial void Unused(ILogger logger, string tensors);
}
