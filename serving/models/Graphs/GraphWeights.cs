using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Brings a checkpoint's weights into a graph without reading them: each is external data that points into the file, and
/// ONNX Runtime maps it. A weight of another type than the graph's goes through a Cast, which ONNX Runtime folds once while
/// loading. On a CPU <see cref="WeightsInFiles"/> takes the large ones out again.
/// </summary>
/// <param name="type">What the graph computes in.</param>
internal sealed class GraphWeights(GraphWriter graph, CheckpointWeights weights, DataType type = DataType.Float)
{
    private readonly HashSet<string> _written = [];

    /// <summary>The weight in the graph's type; written once, however often it is used.</summary>
    public string Use(string name)
    {
        var tensor = weights[name];
        return _written.Add(name) ? Write(name, tensor, tensor.Shape, tensor.ByteLength) : name;
    }

    /// <summary>The same for the matrix of a product: an initializer of its own, so that whoever packs it needs it no longer, also
    /// where an embedding is the same tensor.</summary>
    public string UseInProduct(string name)
    {
        var tensor = weights[name];
        return Write($"{name}:matrix", tensor, tensor.Shape, tensor.ByteLength);
    }

    private string Write(string name, StoredTensor tensor, IEnumerable<long> shape, long byteLength)
    {
        var storedType = OnnxType(tensor.Type);
        if (storedType == type)
            return graph.External(name, type, shape, tensor.File, tensor.Offset, byteLength);
        var stored = $"{name}:{tensor.Type.Name()}";
        graph.External(stored, storedType, shape, tensor.File, tensor.Offset, byteLength);
        return graph.Standard("Cast", name, [stored], OnnxAttribute.Int("to", (long)type));
    }

    private static DataType OnnxType(TensorType type) => type switch
    {
        TensorType.F32 => DataType.Float,
        TensorType.F16 => DataType.Float16,
        TensorType.BF16 => DataType.Bfloat16,
        TensorType.F64 => DataType.Double,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not the type of a weight"),
    };
}
