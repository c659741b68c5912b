using ElasticSynapse.Serving.Models.Onnx;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Compiles a BERT classifier (Devlin et al. 2018; Hugging Face's BertForSequenceClassification defines the behaviour) to an
/// ONNX model of fused operators. Behind the last layer only a text's first token is of use: of the others that layer computes keys
/// and values, no more.
/// </summary>
internal sealed class BertGraph
{
    private readonly BertConfig _config;
    private readonly GraphWriter _graph = new("bert");
    private readonly GraphWeights _weights;
    private readonly IProducts _products;
    private readonly IRowSteps _steps, _floats; // between products in the precision, and behind them
    private readonly DataType _type; // of weights and activations

    private BertGraph(BertConfig config, CheckpointWeights weights, QuantizedFile? quantized, Precision precision)
    {
        _config = config;
        _type = precision == Precision.Fp16 ? DataType.Float16 : DataType.Float;
        _weights = new GraphWeights(_graph, weights, _type);
        _products = precision switch
        {
            Precision.Int8 => new RowProducts(_graph, weights, quantized!, WeightCodes.SevenBits),
            Precision.Int4 => new BlockwiseProducts(_graph, weights, quantized!),
            _ => new FloatProducts(_graph, _weights),
        };
        _floats = IsHalf ? new OnnxSteps(_graph) : new FusedSteps(_graph, rounds: false);
        _steps = precision == Precision.Int8 ? new FusedSteps(_graph, rounds: true) : _floats;
    }

    private bool IsHalf => _type == DataType.Float16;

    /// <summary>The model; its weights stay in the checkpoint's files.</summary>
    /// <param name="quantized">Where quantised weights go; null if <paramref name="precision"/> has none.</param>
    public static ModelProto Compile(
        BertConfig config, CheckpointWeights weights, QuantizedFile? quantized, Precision precision) =>
        new BertGraph(config, weights, quantized, precision).Compile();

    private ModelProto Compile()
    {
        var hidden = Embed(); // [batch, tokens, hidden]
        var next = _steps.Prepare(hidden, _config.HiddenSize);
        // [batch]: with lengths instead of a mask, CUDA's provider has fused attention.
        var lengths = _graph.Standard("ReduceSum", "lengths",
            [_graph.Input(BertModel.AttentionMask, DataType.Int32, "batch", "tokens"), _graph.Constant("token_axis", [1], 1)], Int("keepdims", 0));
        for (var layer = 0; layer < _config.Layers; layer++)
            (hidden, next) = Layer(layer, hidden, next, lengths);
        Classify(hidden);
        return _graph.ToModel();
    }

    // Layer norm of token + type + position: the fused operator's input and skip.
    private string Embed()
    {
        var ids = _graph.Input(BertModel.InputIds, DataType.Int64, "batch", "tokens");
        var token = _graph.Standard("Gather", "token_embedding", [_weights.Use(BertTensors.TokenEmbedding), ids]);
        var length = _graph.Standard("Shape", "length", [ids], Int("start", 1)); // [1]: tokens
        var position = _graph.Standard("Slice", "position_embedding", // [tokens, hidden]
            [_weights.Use(BertTensors.PositionEmbedding), _graph.Constant("zero", [0], 1), length]);
        // An input with a default: [1, 1] of type 0, which the addition repeats for every token.
        var types = _graph.Input(_graph.Constant(BertModel.TokenTypeIds, [0], 1, 1), DataType.Int64, "type_batch", "type_tokens");
        var type = _graph.Standard("Gather", "type_embedding", [_weights.Use(BertTensors.TypeEmbedding), types]);
        var typed = _graph.Standard("Add", "typed_embedding", [token, type]); // [batch, tokens, hidden]
        return _graph.Fused("SkipLayerNormalization", "embedding.normalized",
            [typed, position, _weights.Use("embeddings.LayerNorm.weight"), _weights.Use("embeddings.LayerNorm.bias")],
            Float("epsilon", _config.LayerNormEpsilon));
    }

    private (string Hidden, RowValues Next) Layer(int layer, string hidden, RowValues x, string lengths)
    {
        var l = $"encoder.layer.{layer}";
        var asking = x;
        if (layer + 1 == _config.Layers)
        {
            asking = new RowValues(First(x.Values), x.Scales.Length > 0 ? First(x.Scales) : "");
            hidden = asking.Scales.Length > 0 ? First(hidden) : asking.Values;
        }
        var attended = MatMul(_steps.Prepare(Attention(l, asking, x, lengths), _config.HiddenSize), $"{l}.attention.output.dense");
        (hidden, x) = Normalize($"{l}.attention", hidden, attended, $"{l}.attention.output");

        var inner = MatMul(x, $"{l}.intermediate.dense"); // [batch, tokens, intermediate]
        var activated = _steps.Activated($"{l}.intermediate.act", inner, _weights.Use($"{l}.intermediate.dense.bias"), _config.Activation, _config.IntermediateSize);
        return Normalize($"{l}.output", hidden, MatMul(activated, $"{l}.output.dense"), $"{l}.output");
    }

    // TextAttention puts ours in its place, biases and all, where the processor has what it takes. CUDA's adds biases itself.
    private string Attention(string l, RowValues asking, RowValues x, string lengths)
    {
        var self = $"{l}.attention.self";
        RowValues queries = MatMul(asking, $"{self}.query"), keys = MatMul(x, $"{self}.key"), values = MatMul(x, $"{self}.value");
        string Bias(string part) => _weights.Use($"{self}.{part}.bias");
        string[] inputs = IsHalf
            ?
            [
                queries.Values, keys.Values, values.Values,
                _graph.Standard("Concat", $"{self}.bias", [Bias("query"), Bias("key"), Bias("value")], Int("axis", 0)), // [3 * hidden]; folded while loading
                lengths,
            ]
            :
            [
                _steps.Finish($"{self}.queries", queries, Bias("query")),
                _steps.Finish($"{self}.keys", keys, Bias("key")),
                _steps.Finish($"{self}.values", values, Bias("value")),
                "", lengths,
            ];
        return _graph.Fused("MultiHeadAttention", $"{self}.heads", inputs, Int("num_heads", _config.Heads));
    }

    // Of each text's tokens: [batch, 1, ...].
    private string First(string x) =>
        _graph.Standard("Gather", $"{x}:first", [x, _graph.Constant($"{x}:first_index", [0], 1)], Int("axis", 1));

    // In floats in every precision: two small products.
    private void Classify(string hidden)
    {
        var products = new FloatProducts(_graph, _weights);
        var first = _graph.Standard("Gather", "first_token", // [batch, hidden]
            [hidden, _graph.Constant("first", [0])], Int("axis", 1));
        var pooled = _floats.Activated("pooled", Product("pooler.dense", new RowValues(first)), _weights.Use("pooler.dense.bias"), Activation.Tanh, _config.HiddenSize);
        var product = Product("classifier", pooled);
        if (IsHalf)
            _graph.Standard("Cast", BertModel.Logits, [_floats.Finish("classifier.half", product, _weights.Use("classifier.bias"))], Int("to", (long)DataType.Float));
        else
            _floats.Finish(BertModel.Logits, product, _weights.Use("classifier.bias"));
        _graph.Output(BertModel.Logits, DataType.Float, "batch", _config.Labels.Count);

        RowValues Product(string layer, RowValues x) => products.Product($"{layer}:product", x, $"{layer}.weight", isTransposed: true);
    }

    // x W^T with W [out, in] as it lies in the file.
    private RowValues MatMul(RowValues x, string layer) =>
        _products.Product($"{layer}:product", x, $"{layer}.weight", isTransposed: true);

    // Layer norm of residual + product + the dense layer's bias.
    private (string Normalized, RowValues Next) Normalize(string name, string residual, RowValues product, string layer) =>
        _steps.Normalize(name, residual, product, _weights.Use($"{layer}.dense.bias"),
            new LayerNorm(_weights.Use($"{layer}.LayerNorm.weight"), _weights.Use($"{layer}.LayerNorm.bias"), _config.HiddenSize, _config.LayerNormEpsilon));
}
