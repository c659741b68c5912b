using ElasticSynapse.Serving.Models.Onnx;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>Tells an operator, by attributes of its node, where a matrix lies that it reads itself.</summary>
internal static class TensorAttributes
{
    private const string NameAttribute = "tensor", FileAttribute = "file", OffsetAttribute = "offset";
    private const string TypeAttribute = "type", RowsAttribute = "rows", WidthAttribute = "width";

    public static IEnumerable<AttributeProto> Of(StoredTensor matrix) =>
    [
        String(NameAttribute, matrix.Name), String(FileAttribute, matrix.File), Int(OffsetAttribute, matrix.Offset),
        Int(TypeAttribute, (long)matrix.Type), Int(RowsAttribute, matrix.Shape[0]), Int(WidthAttribute, matrix.Shape[1]),
    ];

    /// <param name="matrix">[rows, width], of the name, type and place that <see cref="Of"/> has written.</param>
    /// <returns>A status.</returns>
    public static nint Read(nint kernelInfo, out StoredTensor matrix)
    {
        nint status;
        matrix = null!;
        if ((status = OnnxRuntimeApi.Attribute(kernelInfo, NameAttribute, out string name)) == 0
            && (status = OnnxRuntimeApi.Attribute(kernelInfo, FileAttribute, out string file)) == 0
            && (status = OnnxRuntimeApi.Attribute(kernelInfo, OffsetAttribute, out long offset)) == 0
            && (status = OnnxRuntimeApi.Attribute(kernelInfo, TypeAttribute, out long type)) == 0
            && (status = OnnxRuntimeApi.Attribute(kernelInfo, RowsAttribute, out long rows)) == 0
            && (status = OnnxRuntimeApi.Attribute(kernelInfo, WidthAttribute, out long width)) == 0)
        {
            matrix = new StoredTensor(name, (TensorType)type, [rows, width], file, offset, rows * width * ((TensorType)type).Size());
        }
        return status;
    }
}
