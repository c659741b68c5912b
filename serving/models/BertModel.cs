using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.Serving.Models;

/// <summary>A BERT classifier checkpoint, compiled and loaded. Runs may be concurrent.</summary>
public sealed class BertModel : IDisposable
{
    /// <summary>Input, int64 [batch, tokens]; rows padded at the end to the longest.</summary>
    public const string InputIds = "input_ids";

    /// <summary>Input, int32 [batch, tokens]: 1 for a token, 0 for padding.</summary>
    public const string AttentionMask = "attention_mask";

    /// <summary>Optional input, int64 [batch, tokens]: 0 for tokens of a first text, 1 for those of the second of a pair. All 0
    /// where it is left out.</summary>
    public const string TokenTypeIds = "token_type_ids";

    /// <summary>Output, float [batch, labels]: before sigmoid or softmax.</summary>
    public const string Logits = "logits";

    private BertModel(BertConfig config, Precision precision, InferenceSession session, bool runsTextsAlike, IReadOnlyList<string> unusedTensors)
    {
        Config = config;
        Precision = precision;
        Session = session;
        Sharing = runsTextsAlike ? RunSharing.Exact : precision.IsQuantized() ? RunSharing.None : RunSharing.Close;
        UnusedTensors = unusedTensors;
    }

    public BertConfig Config { get; }

    /// <summary>What the products compute in; never <see cref="Precision.Auto"/>.</summary>
    public Precision Precision { get; }

    /// <summary>What becomes of a text's logits when others share its run.</summary>
    public RunSharing Sharing { get; }

    public InferenceSession Session { get; }

    /// <summary>Tensors of the checkpoint that the model does not use and that are no known buffers: worth a line in the log.</summary>
    public IReadOnlyList<string> UnusedTensors { get; }

    /// <summary>Loads the checkpoint in a local folder: config.json and model.safetensors, or its shards.</summary>
    /// <param name="cache">Where rounded weights are kept for the next start; null keeps none.</param>
    /// <exception cref="CheckpointException">The folder cannot be served; the message says why.</exception>
    public static BertModel Load(string folder, SessionSettings settings, CacheSettings? cache = null) =>
        Load(folder, settings, settings.Precision.On(settings.Device), cache);

    /// <summary>The same in a precision whether or not the device is one to serve it on: the CPU computes fp16 too, only slowly.</summary>
    internal static BertModel Load(string folder, SessionSettings settings, Precision precision, CacheSettings? cache)
    {
        using var prepared = CompiledModel.Prepare();
        folder = Path.GetFullPath(folder);
        var config = BertConfig.Load(folder);
        using var source = CheckpointTensors.Open(folder);
        var weights = CheckpointWeights.Bind(source, TensorNaming.Bert, BertTensors.Required(config));
        using var compiled = CompiledCheckpoint.Open(folder, weights, precision, cache,
            quantized => BertGraph.Compile(config, weights, quantized, precision));
        var session = CompiledModel.Open(folder, compiled.Model, settings);
        return new BertModel(config, precision, session, TextAttention.RunsTextsAlike(compiled.Model.Graph), weights.Unused);
    }

    public void Dispose() => Session.Dispose();
}
