using ElasticSynapse.Serving.Models.Onnx;

namespace ElasticSynapse.Serving.Models;

/// <summary>One dimension of a graph's input or output: a size, or a name for what only a run knows.</summary>
internal readonly record struct Dimension(long Size, string? Name)
{
    public static implicit operator Dimension(long size) => new(size, null);

    public static implicit operator Dimension(string name) => new(0, name);

    public TensorShapeProto.Types.Dimension ToProto() => Name is null ? new() { DimValue = Size } : new() { DimParam = Name };
}
