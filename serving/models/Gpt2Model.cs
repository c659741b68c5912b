using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// A GPT-2 checkpoint, compiled and loaded. Shapes of a run: batch rows, tokens of each row in this run, slot = capacity of a
/// row's KV cache, of <see cref="CacheType"/>. Bind past and present of a layer to the same buffer: the run writes the cache in place.
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

    /// <summary>Output in <see cref="Precision.Fp16"/> only, float [rows, <see cref="BestCount"/>]: each row's largest logits, in
    /// descending order; of equal ones the lowest tokens.</summary>
    public const string BestScores = "best_scores";

    /// <summary>Output beside it, int64 [rows, <see cref="BestCount"/>]: their tokens.</summary>
    public const string BestTokens = "best_tokens";

    // The usual top-k of 50, with room for tokens that penalties push back.
    private const int MostBest = 128;

    private Gpt2Model(
        Gpt2Config config, Precision precision, ComputeDevice device, InferenceSession session, bool tokensAreRunAlike, IReadOnlyList<string> unusedTensors)
    {
        Config = config;
        Precision = precision;
        Device = device;
        Session = session;
        TokensAreRunAlike = tokensAreRunAlike;
        CacheType = session.InputMetadata[PastKey(0)].ElementDataType;
        UnusedTensors = unusedTensors;
    }

    public Gpt2Config Config { get; }

    /// <summary>What the products compute in; never <see cref="Precision.Auto"/>.</summary>
    public Precision Precision { get; }

    /// <summary>Where it runs, and where what is bound to a run should lie.</summary>
    public ComputeDevice Device { get; }

    public InferenceSession Session { get; }

    /// <summary>Of keys and values: floats, or halves.</summary>
    public TensorElementType CacheType { get; }

    /// <summary>Whether a token's logits, and its keys and values, have the same bits however many tokens a run has. Else the last
    /// bits differ, and in 8 and 4 bits what they tip over.</summary>
    public bool TokensAreRunAlike { get; }

    /// <summary>Tensors of the checkpoint that the model does not use and that are no known buffers: worth a line in the log.</summary>
    public IReadOnlyList<string> UnusedTensors { get; }

    /// <summary>Columns of <see cref="BestScores"/>.</summary>
    public static int BestCount(Gpt2Config config) => Math.Min(MostBest, config.VocabularySize);

    /// <summary>Input, [batch, heads, slot, headSize].</summary>
    public static string PastKey(int layer) => Name("past_key", layer);

    /// <summary>Input, [batch, heads, slot, headSize].</summary>
    public static string PastValue(int layer) => Name("past_value", layer);

    /// <summary>Output, [batch, heads, slot, headSize].</summary>
    public static string PresentKey(int layer) => Name("present_key", layer);

    /// <summary>Output, [batch, heads, slot, headSize].</summary>
    public static string PresentValue(int layer) => Name("present_value", layer);

    /// <summary>Loads the checkpoint in a local folder: config.json and model.safetensors, or its shards.</summary>
    /// <param name="cache">Where rounded weights are kept for the next start; null keeps none.</param>
    /// <exception cref="CheckpointException">The folder cannot be served; the message says why.</exception>
    public static Gpt2Model Load(string folder, SessionSettings settings, CacheSettings? cache = null) =>
        Load(folder, settings, settings.Precision.On(settings.Device), cache);

    /// <summary>As above in any precision that ONNX Runtime can compute in there, if slowly.</summary>
    internal static Gpt2Model Load(string folder, SessionSettings settings, Precision precision, CacheSettings? cache = null)
    {
        using var prepared = CompiledModel.Prepare();
        folder = Path.GetFullPath(folder);
        var config = Gpt2Config.Load(folder);
        // Made while the checkpoint is read, too.
        if (!settings.Device.IsCuda)
            _ = Task.Run(() => HeadAttention.For(precision.IsQuantized(), config.CachedHeadSize));
        using var source = CheckpointTensors.Open(folder);
        var weights = CheckpointWeights.Bind(source, TensorNaming.Gpt2, Gpt2Tensors.Required(config), Gpt2Tensors.Optional(config));
        using var compiled = CompiledCheckpoint.Open(folder, weights, precision, cache,
            quantized => Gpt2Graph.Compile(config, weights, quantized, precision, UnsignedCodes.AreNeeded));
        UnsignedCodes.Apply(compiled.Model);
        var session = CompiledModel.Open(folder, compiled.Model, settings);
        return new Gpt2Model(config, precision, settings.Device, session, CacheAttention.RunsTokensAlike(compiled.Model.Graph), weights.Unused);
    }

    public void Dispose() => Session.Dispose();

    private static string Name(string kind, int layer) => string.Create(CultureInfo.InvariantCulture, $"{kind}.{layer}");
}
