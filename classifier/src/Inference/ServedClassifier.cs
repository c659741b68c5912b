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
        (Identity, Model, Tokenizer, AllowSpecialTokens, DeviceChoice) = (options.Identity, model, tokenizer, allowSpecialTokens, device);
    }

    public ModelIdentity Identity { get; }

    public BertModel Model { get; }

    /// <summary>Where it runs.</summary>
    public DeviceChoice DeviceChoice { get; }

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
            served.TryOut(folder, [new TokenSequence([tokenizer.ClassificationId, tokenizer.SeparatorId])]);
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
        meters.AddModelMetrics(Identity, Model.Precision.ToString().ToLowerInvariant(), $"{DeviceChoice.Device}", DeviceChoice.Fallback is not null, LoadTime);
        Loaded(logger, Identity, LabelNames.Count, MaxTokens, workers.Workers, Model.Precision, DeviceChoice.Device);
        if (DeviceChoice.Fallback is { } reason)
        {
            FellBack(logger, reason);
        }
        if (Model.UnusedTensors.Count > 0)
        {
            Unused(logger, string.Join(", ", Model.UnusedTensors));
        }
    }

    /// <summary>Runs as much at a time as ever will be, so that memory that is not there stops the start.</summary>
    /// <exception cref="CheckpointException">The run fails.</exception>
    public void TryOut(BatchPolicy policy)
    {
        if (policy.MaxTokens > 0)
        {
            var longest = new TokenSequence([.. Enumerable.Repeat(Tokenizer.SeparatorId, MaxTokens)]);
            var texts = Math.Clamp(policy.MaxTokens / MaxTokens, 1, policy.MaxTexts);
            TryOut($"Batching__MaxTokens='{policy.MaxTokens}'", [.. Enumerable.Repeat(longest, texts)]);
        }
    }

    // With the empty text weights show that are broken, or that the runtime can't compute with.
    private void TryOut(string owner, TokenSequence[] sequences)
    {
        using var runner = new OnnxSequenceRunner(Model, sequences.Length * sequences[0].Length, sequences.Length);
        try
        {
            runner.Run(sequences);
        }
        catch (Exception exception) when (exception is InvalidOperationException or OnnxRuntimeException)
        {
            throw new CheckpointException($"{owner}: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    [LoggerMessage(LogLevel.Information, "serving {Model}: {Labels} labels, at most {MaxTokens} tokens a text, {Workers} workers, {Precision} on {Device}")]
    private static partial void Loaded(ILogger logger, ModelIdentity model, int labels, int maxTokens, int workers, Precision precision, ComputeDevice device);

    [LoggerMessage(LogLevel.Warning, "the model runs on the CPU, one text a run, because CUDA can't be had: {Reason}. Runtime__Device=cpu accepts that, Runtime__Device=cuda stops the start instead")]
    private static partial void FellBack(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "the checkpoint has tensors that the model does not use: {Tensors}")]
    private static partial void Unused(ILogger logger, string tensors);
}
