using ElasticSynapse.Serving.Models.Onnx;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Compiles a BERT classifier (Devlin et al. 2018; Hugging Face's BertForSequenceClassification defines the behaviour) to an
/// ONNX model of fused operators.
/// </summary>
internal sealed class BertGraph
{
    private readonly BertConfig _config;
    private readonly GraphWriter _graph = new("bert");
    private readonly GraphWeights _weights;
    private readonly IProducts _products;
    private readonly DataType _type; // of weights and activations

    private BertGraph(BertConfig config, CheckpointWeights weights, QuantizedFile? quantized, Precision precision)
    {
        _config = config;
        _type = precision == Precision.Fp16 ? DataType.Float16 : DataType.Float;
        _weights = new GraphWeights(_graph, weights, _type);
        _products = precision switch
        {
            Precision.Int8 => new ColumnProducts(_graph, weights, quantized!),
            Precision.Int4 => new BlockwiseProducts(_graph, weights, quantized!),
            _ => new FloatProducts(_graph, _weights),
        };
    }

    /// <summary>The model; its weights stay in the checkpoint's files.</summary>
    /// <param name="quantized">Where quantised weights go; null if <paramref name="precision"/> has none.</param>
    public static ModelProto Compile(
        BertConfig config, CheckpointWeights weights, QuantizedFile? quantized, Precision precision) =>
        new BertGraph(config, weights, quantized, precision).Compile();

    private ModelProto Compile()
    {
        var hidden = Embed(); // [batch, tokens, hidden]
        // [batch]: with lengths instead of a mask, CUDA's provider has fused attention.
        var lengths = _graph.Standard("ReduceSum", "lengths",
            [_graph.Input(BertModel.AttentionMask, DataType.Int32, "batch", "tokens"), _graph.Constant("token_axis", [1], 1)], Int("keepdims", 0));
        for (var layer = 0; layer < _config.Layers; layer++)
            hidden = Layer($"encoder.layer.{layer}", hidden, lengths);
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

    private string Layer(string l, string hidden, string lengths)
    {
        var self = $"{l}.attention.self";
        var biases = _graph.Standard("Concat", $"{self}.bias", // [3 * hidden]; folded while loading
            [_weights.Use($"{self}.query.bias"), _weights.Use($"{self}.key.bias"), _weights.Use($"{self}.value.bias")], Int("axis", 0));
        var heads = _graph.Fused("MultiHeadAttention", $"{self}.heads",
            [MatMul(hidden, $"{self}.query"), MatMul(hidden, $"{self}.key"), MatMul(hidden, $"{self}.value"), biases, lengths],
            Int("num_heads", _config.Heads));
        var attended = MatMul(heads, $"{l}.attention.output.dense");
        hidden = AddAndNormalize($"{l}.attention", hidden, attended,
            _weights.Use($"{l}.attention.output.dense.bias"), $"{l}.attention.output.LayerNorm");

        var inner = MatMul(hidden, $"{l}.intermediate.dense"); // [batch, tokens, intermediate]
        var activated = _graph.Activate(_config.Activation, $"{l}.intermediate.act", inner, _weights.Use($"{l}.intermediate.dense.bias"));
        var outer = MatMul(activated, $"{l}.output.dense");
        return AddAndNormalize($"{l}.output", hidden, outer, _weights.Use($"{l}.output.dense.bias"), $"{l}.output.LayerNorm");
    }

    private void Classify(string hidden)
    {
        var first = _graph.Standard("Gather", "first_token", // [batch, hidden]
            [hidden, _graph.Constant("first", [0])], Int("axis", 1));
        var pooled = _graph.Standard("Tanh", "pooled", [Linear("pooler.product", first, "pooler.dense")]);
        if (_type == DataType.Float)
            Linear(BertModel.Logits, pooled, "classifier");
        else
            _graph.Standard("Cast", BertModel.Logits, [Linear("classifier.product", pooled, "classifier")], Int("to", (long)DataType.Float));
        _graph.Output(BertModel.Logits, DataType.Float, "batch", _config.Labels.Count);
    }

    // x W^T with W [out, in] as it lies in the file.
    private string MatMul(string x, string layer) =>
        _products.Product($"{layer}:product", new RowValues(x), $"{layer}.weight", isTransposed: true).Values;

    private string Linear(string output, string x, string layer) =>
        _graph.Standard("Gemm", output, [x, _weights.Use($"{layer}.weight"), _weights.Use($"{layer}.bias")], Int("transB", 1));

    // Layer norm of residual + addend + bias.
    private string AddAndNormalize(string name, string residual, string addend, string bias, string norm) =>
        _graph.Fused("SkipLayerNormalization", $"{name}.normalized",
            [residual, addend, _weights.Use($"{norm}.weight"), _weights.Use($"{norm}.bias"), bias],
            Float("epsilon", _config.LayerNormEpsilon));
}
