using ElasticSynapse.Serving.Models.Onnx;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>Tells an operator, by attributes of its node, where a tensor lies that it reads itself.</summary>
internal static class TensorAttributes
{
    private const string NameAttribute = "tensor", FileAttribute = "file", OffsetAttribute = "offset";
    private const string TypeAttribute = "type", RowsAttribute = "rows", WidthAttribute = "width";

    /// <param name="tensor">A matrix, or a vector, which is a matrix of one row.</param>
    /// <param name="prefix">Of the attributes' names, where an operator has two such tensors.</param>
    public static IEnumerable<AttributeProto> Of(StoredTensor tensor, string prefix = "") =>
    [
        String(prefix + NameAttribute, tensor.Name), String(prefix + FileAttribute, tensor.File), Int(prefix + OffsetAttribute, tensor.Offset),
        Int(prefix + TypeAttribute, (long)tensor.Type), Int(prefix + RowsAttribute, tensor.Shape is [var rows, _] ? rows : 1),
        Int(prefix + WidthAttribute, tensor.Shape[^1]),
    ];

    /// <param name="matrix">[rows, width], of the name, type and place that <see cref="Of"/> has written.</param>
    /// <returns>A status.</returns>
    public static nint Read(nint kernelInfo, out StoredTensor matrix, string prefix = "")
    {
        nint status;
        matrix = null!;
        if ((status = OnnxRuntimeApi.Attribute(kernelInfo, prefix + NameAttribute, out string name)) == 0
            && (status = OnnxRuntimeApi.Attribute(kernelInfo, prefix + FileAttribute, out string file)) == 0
            && (status = OnnxRuntimeApi.Attribute(kernelInfo, prefix + OffsetAttribute, out long offset)) == 0
            && (status = OnnxRuntimeApi.Attribute(kernelInfo, prefix + TypeAttribute, out long type)) == 0
            && (status = OnnxRuntimeApi.Attribute(kernelInfo, prefix + RowsAttribute, out long rows)) == 0
            && (status = OnnxRuntimeApi.Attribute(kernelInfo, prefix + WidthAttribute, out long width)) == 0)
        {
            matrix = new StoredTensor(name, (TensorType)type, [rows, width], file, offset, rows * width * ((TensorType)type).Size());
        }
        return status;
    }
}
