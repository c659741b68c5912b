using ElasticSynapse.Serving.Models.Onnx;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Compiles GPT-2 (Radford et al. 2019; Hugging Face's GPT2LMHeadModel defines the behaviour) to an ONNX model of fused operators.
/// Shapes: batch, tokens = tokens of this run, all = batch * tokens (made even where products need it), slot = capacity of a
/// sequence's KV cache, rows = positions that need logits. Only attention knows sequences apart; everywhere else a token is a row.
/// </summary>
internal sealed class Gpt2Graph
{
    private const string SequencesShape = "sequences_shape"; // [batch, tokens, -1]
    private const string RowsShape = "rows_shape";           // [-1, hidden]

    private readonly Gpt2Config _config;
    private readonly GraphWriter _graph = new("gpt2");
    private readonly GraphWeights _weights;
    private readonly IProducts _products;
    private readonly IRowSteps _steps;
    private readonly RowPairs? _pairs; // for products that need an even number of rows
    private readonly DataType _type;   // of activations and KV cache
    private readonly string _head;

    private Gpt2Graph(Gpt2Config config, CheckpointWeights weights, QuantizedFile? quantized, Precision precision, bool unsignedCodes)
    {
        _config = config;
        _type = precision == Precision.Fp16 ? DataType.Float16 : DataType.Float;
        _weights = new GraphWeights(_graph, weights, _type);
        _products = precision switch
        {
            Precision.Int8 => new RowProducts(_graph, weights, quantized!, unsignedCodes ? WeightCodes.UnsignedBytes : WeightCodes.SignedBytes),
            Precision.Int4 => new BlockwiseProducts(_graph, weights, quantized!),
            _ => new FloatProducts(_graph, _weights),
        };
        _steps = precision == Precision.Fp16 ? new OnnxSteps(_graph) : new FusedSteps(_graph, rounds: precision == Precision.Int8);
        _pairs = precision == Precision.Int4 ? new RowPairs(_graph, config.HiddenSize) : null;
        _head = weights.Has(Gpt2Tensors.Head) ? Gpt2Tensors.Head : Gpt2Tensors.TokenEmbedding;
    }

    /// <summary>The model; its weights stay in the checkpoint's files.</summary>
    /// <param name="quantized">Where quantised weights go; null if <paramref name="precision"/> has none.</param>
    /// <param name="unsignedCodes">For processors that need them; without them the graph fits any.</param>
    public static ModelProto Compile(
        Gpt2Config config, CheckpointWeights weights, QuantizedFile? quantized, Precision precision, bool unsignedCodes = false) =>
        new Gpt2Graph(config, weights, quantized, precision, unsignedCodes).Compile();

    private ModelProto Compile()
    {
        var (residual, normalized) = Embed(); // each [all, hidden]
        for (var layer = 0; layer < _config.Layers; layer++)
            (residual, normalized) = Layer(layer, residual, normalized);
        Head(normalized);
        return _graph.ToModel();
    }

    private (string Residual, RowValues Normalized) Embed()
    {
        var ids = _graph.Input(Gpt2Model.InputIds, DataType.Int64, "batch", "tokens");
        var positions = _graph.Input(Gpt2Model.PositionIds, DataType.Int64, "batch", "tokens");
        _graph.Input(Gpt2Model.SequenceLengths, DataType.Int32, "batch");
        _graph.Input(Gpt2Model.TotalSequenceLength, DataType.Int32, 1);

        var token = _graph.Standard("Gather", "token_embedding", [_weights.Use(Gpt2Tensors.TokenEmbedding), ids]);
        var position = _graph.Standard("Gather", "position_embedding", [_weights.Use(Gpt2Tensors.PositionEmbedding), positions]);
        var idsShape = _graph.Standard("Shape", "ids_shape", [ids]);
        _graph.Standard("Concat", SequencesShape, [idsShape, _graph.Constant("width", [-1], 1)], Int("axis", 0));
        _graph.Constant(RowsShape, [-1, _config.HiddenSize], 2);
        string tokenRows = AsRows(token), positionRows = AsRows(position);
        _pairs?.Count(tokenRows);
        return AddAndNormalize("embedding", Filled(tokenRows), new RowValues(Filled(positionRows)), bias: "", "h.0.ln_1");
    }

    private (string Residual, RowValues Normalized) Layer(int layer, string residual, RowValues normalized)
    {
        var h = $"h.{layer}";
        var attention = Attention(layer, normalized);
        (residual, normalized) = AddAndNormalize($"{h}.attn", residual, attention, _weights.Use($"{h}.attn.c_proj.bias"), $"{h}.ln_2");

        var inner = MatMul(normalized, $"{h}.mlp.c_fc.weight"); // [all, inner]
        var activated = _steps.Activated($"{h}.mlp.act", inner, _weights.Use($"{h}.mlp.c_fc.bias"), _config.Activation, _config.InnerSize);
        var outer = MatMul(activated, $"{h}.mlp.c_proj.weight");
        var next = layer + 1 < _config.Layers ? $"h.{layer + 1}.ln_1" : "ln_f";
        return AddAndNormalize($"{h}.mlp", residual, outer, _weights.Use($"{h}.mlp.c_proj.bias"), next);
    }

    // GroupQueryAttention appends this run's keys and values at the end of each row's past. Bound to one buffer, past and
    // present are the slot itself, and nothing is copied. CacheAttention puts ours in its place where the processor has what it takes.
    private RowValues Attention(int layer, RowValues normalized)
    {
        var h = $"h.{layer}";
        var product = MatMul(normalized, $"{h}.attn.c_attn.weight"); // [all, 3 * hidden]
        var biased = _steps.Finish($"{h}.attn.biased", product, _weights.Use($"{h}.attn.c_attn.bias"));
        var qkv = _graph.Standard("Reshape", $"{h}.attn.qkv", [Padded(_pairs?.Strip(biased) ?? biased), SequencesShape]);
        var pastKey = Cache(Gpt2Model.PastKey(layer));
        var pastValue = Cache(Gpt2Model.PastValue(layer));
        var presentKey = Gpt2Model.PresentKey(layer);
        var presentValue = Gpt2Model.PresentValue(layer);
        var attended = _graph.Fused("GroupQueryAttention", [$"{h}.attn.heads", presentKey, presentValue],
            [qkv, "", "", pastKey, pastValue, Gpt2Model.SequenceLengths, Gpt2Model.TotalSequenceLength],
            Int("num_heads", _config.Heads), Int("kv_num_heads", _config.Heads), Float("scale", _config.AttentionScale(layer)));
        _graph.Output(presentKey, _type, "batch", _config.Heads, "slot", _config.CachedHeadSize);
        _graph.Output(presentValue, _type, "batch", _config.Heads, "slot", _config.CachedHeadSize);
        return MatMul(_steps.Prepare(Filled(AsRows(Unpadded(attended))), _config.HiddenSize), $"{h}.attn.c_proj.weight");
    }

    private string Cache(string name) => _graph.Input(name, _type, "batch", _config.Heads, "slot", _config.CachedHeadSize);

    private bool PadsHeads => _config.CachedHeadSize != _config.HeadSize;

    // [all, 3 * hidden] to [all, 3 * heads, cachedHeadSize], where heads have another size than the cache's.
    private string Padded(string heads)
    {
        if (!PadsHeads)
            return heads;
        var apart = _graph.Standard("Reshape", $"{heads}.heads", [heads, _graph.Constant($"{heads}.shape", [-1, 3 * _config.Heads, _config.HeadSize], 3)]);
        return _graph.Standard("Pad", $"{heads}.padded",
            [apart, _graph.Constant($"{heads}.pads", [0, 0, 0, 0, 0, _config.CachedHeadSize - _config.HeadSize], 6)]);
    }

    // [batch, tokens, heads * cachedHeadSize] to [all, heads, headSize].
    private string Unpadded(string attended)
    {
        if (!PadsHeads)
            return attended;
        var apart = _graph.Standard("Reshape", $"{attended}.heads", [attended, _graph.Constant($"{attended}.shape", [-1, _config.Heads, _config.CachedHeadSize], 3)]);
        return _graph.Standard("Slice", $"{attended}.unpadded",
            [apart, _graph.Constant($"{attended}.from", [0], 1), _graph.Constant($"{attended}.to", [_config.HeadSize], 1), _graph.Constant($"{attended}.axis", [2], 1)]);
    }

    private void Head(RowValues normalized)
    {
        var rows = _graph.Input(Gpt2Model.LogitRows, DataType.Int64, "rows");
        var wanted = _graph.Standard("Gather", "wanted", [normalized.Values, _pairs?.FillNumbers(rows) ?? rows]); // [rows, hidden]
        var last = _steps.Prepare(wanted, _config.HiddenSize);
        if (_pairs is not null)
        {
            _pairs.StripNumbered(Gpt2Model.Logits, Product("logits.even").Values, rows);
        }
        else if (_type != DataType.Float)
        {
            _graph.Standard("Cast", Gpt2Model.Logits, [Product("logits.half").Values], Int("to", (long)DataType.Float));
            Best();
        }
        else if (last.Scales.Length > 0)
        {
            _steps.Finish(Gpt2Model.Logits, Product("logits.scaled"), bias: "");
        }
        else
        {
            Product(Gpt2Model.Logits);
        }
        _graph.Output(Gpt2Model.Logits, DataType.Float, "rows", _config.VocabularySize);

        RowValues Product(string output) => _products.Product(output, last, _head, isTransposed: true); // [vocabulary, hidden] in the file
    }

    // What most requests choose from, so that not every step's logits have to leave the device's memory.
    private void Best()
    {
        var count = Gpt2Model.BestCount(_config);
        _graph.Standard("TopK", [Gpt2Model.BestScores, Gpt2Model.BestTokens],
            [Gpt2Model.Logits, _graph.Constant("best_count", [count], 1)]);
        _graph.Output(Gpt2Model.BestScores, DataType.Float, "rows", count);
        _graph.Output(Gpt2Model.BestTokens, DataType.Int64, "rows", count);
    }

    private RowValues MatMul(RowValues x, string weight) =>
        _products.Product($"{weight}:product", x, weight, isTransposed: false);

    private string Filled(string rows) => _pairs?.Fill(rows) ?? rows;

    private string AsRows(string hidden) => _graph.Standard("Reshape", $"{hidden}.rows", [hidden, RowsShape]);

    private (string Residual, RowValues Normalized) AddAndNormalize(string name, string residual, RowValues addend, string bias, string norm) =>
        _steps.AddAndNormalize(name, residual, addend, bias,
            new LayerNorm(_weights.Use($"{norm}.weight"), _weights.Use($"{norm}.bias"), _config.HiddenSize, _config.LayerNormEpsilon, IsLast: norm == "ln_f"));
}
