using ElasticSynapse.Serving.Models.Onnx;
using Google.Protobuf;
using static ElasticSynapse.Serving.Models.Onnx.AttributeProto.Types;

namespace ElasticSynapse.Serving.Models;

/// <summary>Attributes of a node.</summary>
internal static class OnnxAttribute
{
    public static AttributeProto Int(string name, long value) => new() { Name = name, I = value, Type = AttributeType.Int };

    public static AttributeProto Float(string name, float value) => new() { Name = name, F = value, Type = AttributeType.Float };

    public static AttributeProto String(string name, string value) => new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = AttributeType.String };
}
