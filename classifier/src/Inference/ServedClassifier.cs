using System.Diagnostics;
using System.Diagnostics.Metrics;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Tokenization;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Hosting.Telemetry;
using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>A checkpoint that is ready to classify: its session, its tokenizer, its labels, and what it is called.</summary>
internal sealed partial class ServedClassifier : IDisposable
{
    private const int FewestTokens = 2; // [CLS] and [SEP]

    private readonly DeviceChoice _device;

    private ServedClassifier(
        string folder, ClassifierModelOptions options, BertModel model, WordPieceTokenizer tokenizer, bool allowSpecialTokens, DeviceChoice device)
    {
        if (tokenizer.VocabularySize > model.Config.VocabularySize)
        {
            throw new CheckpointException(
                $"{folder}: the tokenizer has {tokenizer.VocabularySize:N0} tokens, the model only {model.Config.VocabularySize:N0}");
        }
        if (model.Config.Labels.GroupBy(label => label).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new CheckpointException($"{folder}: config.json names the label '{twice.Key}' {twice.Count()} times; accepted: different names");
        }
        if (options.MaxSequenceLength > model.Config.Positions)
        {
            throw new CheckpointException(
                $"Model__MaxSequenceLength='{options.MaxSequenceLength}': {folder} has {model.Config.Positions:N0} positions");
        }
        MaxTokens = options.MaxSequenceLength ?? Math.Min(tokenizer.ModelMaxLength ?? int.MaxValue, model.Config.Positions);
        if (MaxTokens < FewestTokens)
        {
            throw new CheckpointException(
                $"{folder}: the smaller of model_max_length and max_position_embeddings is {MaxTokens}; accepted: at least {FewestTokens}, for [CLS] and [SEP]");
        }
        Probabilities = Labels.Probabilities.Of(model.Config, folder);
        Thresholds = CheckpointThresholds.Read(folder, model.Config.Labels);
        (Identity, Model, Tokenizer, AllowSpecialTokens, _device) = (options.Identity, model, tokenizer, allowSpecialTokens, device);
    }

    public ModelIdentity Identity { get; }

    public BertModel Model { get; }

    public WordPieceTokenizer Tokenizer { get; }

    /// <summary>Time that it took to load.</summary>
    public TimeSpan LoadTime { get; private set; }

    /// <summary>Whether special tokens in texts are recognised unless a request says otherwise.</summary>
    public bool AllowSpecialTokens { get; }

    /// <summary>Most tokens of a sequence, with [CLS] and [SEP].</summary>
    public int MaxTokens { get; }

    /// <summary>Names of the model's labels, in the order of its logits.</summary>
    public IReadOnlyList<string> LabelNames => Model.Config.Labels;

    /// <summary>[labels] from [labels]: the checkpoint's sigmoid or softmax.</summary>
    public Func<float[], float[]> Probabilities { get; }

    /// <summary>From which probability a label is flagged, where the checkpoint says so.</summary>
    public IReadOnlyDictionary<string, double> Thresholds { get; }

    /// <exception cref="CheckpointException">The folder can't be served; the message says why.</exception>
    public static ServedClassifier Load(
        ClassifierModelOptions options, RuntimeOptions runtime, TokenizerOptions tokenizerOptions, IProgress<DownloadProgress>? fetching = null)
    {
        var start = Stopwatch.GetTimestamp();
        // Before anything is fetched.
        var device = DeviceChoice.Of(runtime.Device, Precisions.Parse(options.Precision));
        var cache = CacheSettings.Of(options.CacheDirectory, options.CacheMaxBytes);
        var folder = CheckpointFetch.LocalFolder(options.Uri, cache, fetching);
        // One thread a run: the workers, not the operators, share the cores.
        var model = BertModel.Load(folder, SessionSettings.Of(threads: 1, options.Precision, device.Device), cache);
        try
        {
            var tokenizer = WordPieceTokenizer.Load(folder, tokenizerOptions.LowerCase);
            var served = new ServedClassifier(folder, options, model, tokenizer, tokenizerOptions.AllowSpecialTokens, device);
            served.TryOut(folder);
            served.LoadTime = Stopwatch.GetElapsedTime(start);
            return served;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public void Dispose() => Model.Dispose();

    /// <summary>Says what is served: in a line of the log, and to whoever scrapes.</summary>
    public void Announce(ILogger logger, IMeterFactory meters, WorkerCount workers)
    {
        meters.AddModelMetrics(Identity, Model.Precision.ToString().ToLowerInvariant(), $"{_device.Device}", _device.Fallback is not null, LoadTime);
        Loaded(logger, Identity, LabelNames.Count, MaxTokens, workers.Workers, Model.Precision, _device.Device);
        if (_device.Fallback is { } reason)
        {
            FellBack(logger, reason);
        }
        if (Model.UnusedTensors.Count > 0)
        {
            Unused(logger, string.Join(", ", Model.UnusedTensors));
        }
    }

    // Runs the empty text, so that weights that are broken, or that the runtime can't compute with, stop the start.
    private void TryOut(string folder)
    {
        using var runner = new OnnxSequenceRunner(Model, MaxTokens);
        try
        {
            runner.Run(new TokenSequence([Tokenizer.ClassificationId, Tokenizer.SeparatorId]));
        }
        catch (Exception exception) when (exception is InvalidOperationException or OnnxRuntimeException)
        {
            throw new CheckpointException($"{folder}: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    [LoggerMessage(LogLevel.Information, "serving {Model}: {Labels} labels, at most {MaxTokens} tokens a text, {Workers} workers, {Precision} on {Device}")]
    private static partial void Loaded(ILogger logger, ModelIdentity model, int labels, int maxTokens, int workers, Precision precision, ComputeDevice device);

    [LoggerMessage(LogLevel.Warning, "the model runs on the CPU, because CUDA can't be had: {Reason}. Runtime__Device=cpu accepts that, Runtime__Device=cuda stops the start instead")]
    private static partial void FellBack(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "the checkpoint has tensors that the model does not use: {Tensors}")]
    private static partial void Unused(ILogger logger, string tensors);
}
