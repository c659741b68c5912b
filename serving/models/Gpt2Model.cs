using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// A GPT-2 checkpoint, compiled and loaded. Shapes of a run: batch rows, tokens of each row in this run, slot = capacity of a
/// row's KV cache. Bind past and present of a layer to the same buffer: the run writes the cache in place.
/// </summary>
public sealed class Gpt2Model : IDisposable
{
    /// <summary>Input, int64 [batch, tokens].</summary>
    public const string InputIds = "input_ids";

    /// <summary>Input, int64 [batch, tokens]: position of each token in its sequence, from 0.</summary>
    public const string PositionIds = "position_ids";

    /// <summary>Input, int32 [batch]: length of each row's sequence after this run, minus 1.</summary>
    public const string SequenceLengths = "seqlens_k";

    /// <summary>Input, int32 [1]: the longest sequence after this run.</summary>
    public const string TotalSequenceLength = "total_sequence_length";

    /// <summary>Input, int64 [rows]: which of the batch * tokens positions need logits. May be empty: then the head is skipped.</summary>
    public const string LogitRows = "logit_rows";

    /// <summary>Output, float [rows, vocabulary].</summary>
    public const string Logits = "logits";

    private Gpt2Model(Gpt2Config config, Precision precision, InferenceSession session, IReadOnlyList<string> unusedTensors)
    {
        Config = config;
        Precision = precision;
        Session = session;
        UnusedTensors = unusedTensors;
    }

    public Gpt2Config Config { get; }

    /// <summary>What the products compute in; never <see cref="Precision.Auto"/>.</summary>
    public Precision Precision { get; }

    public InferenceSession Session { get; }

    /// <summary>Tensors of the checkpoint that the model does not use and that are no known buffers: worth a line in the log.</summary>
    public IReadOnlyList<string> UnusedTensors { get; }

    /// <summary>Input, float [batch, heads, slot, headSize].</summary>
    public static string PastKey(int layer) => Name("past_key", layer);

    /// <summary>Input, float [batch, heads, slot, headSize].</summary>
    public static string PastValue(int layer) => Name("past_value", layer);

    /// <summary>Output, float [batch, heads, slot, headSize].</summary>
    public static string PresentKey(int layer) => Name("present_key", layer);

    /// <summary>Output, float [batch, heads, slot, headSize].</summary>
    public static string PresentValue(int layer) => Name("present_value", layer);

    /// <summary>Loads the checkpoint in a local folder: config.json and model.safetensors, or its shards.</summary>
    /// <param name="cache">Where rounded weights are kept for the next start; null keeps none.</param>
    /// <exception cref="CheckpointException">The folder cannot be served; the message says why.</exception>
    public static Gpt2Model Load(string folder, SessionSettings settings, CacheSettings? cache = null)
    {
        folder = Path.GetFullPath(folder);
        var precision = settings.Precision.On(settings.Device);
        var config = Gpt2Config.Load(folder);
        using var source = CheckpointTensors.Open(folder);
        var weights = CheckpointWeights.Bind(source, TensorNaming.Gpt2, Gpt2Tensors.Required(config), Gpt2Tensors.Optional(config));
        using var compiled = CompiledCheckpoint.Open(folder, weights, precision, cache,
            quantized => Gpt2Graph.Compile(config, weights, quantized, precision));
        OneRowGuard.Apply(compiled.Model);
        return new Gpt2Model(config, precision, CompiledModel.Open(folder, compiled.Model, settings), weights.Unused);
    }

    public void Dispose() => Session.Dispose();

    private static string Name(string kind, int layer) => string.Create(CultureInfo.InvariantCulture, $"{kind}.{layer}");
}
