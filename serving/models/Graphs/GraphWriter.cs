using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models.Onnx;
using Google.Protobuf;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Models;

/// <summary>Writes an ONNX model node by node. A value is the name of the tensor that holds it.</summary>
internal sealed class GraphWriter(string name)
{
    private const string FusedDomain = "com.microsoft"; // ONNX Runtime's contributed operators
    private const long IrVersion = 9;
    private const long OperatorSet = 18;

    private readonly GraphProto _graph = new() { Name = name };

    public string Input(string name, DataType type, params ReadOnlySpan<Dimension> shape)
    {
        _graph.Input.Add(ValueInfo(name, type, shape));
        return name;
    }

    public void Output(string name, DataType type, params ReadOnlySpan<Dimension> shape) =>
        _graph.Output.Add(ValueInfo(name, type, shape));

    /// <summary>A node of the ONNX standard with one output.</summary>
    public string Standard(string op, string output, string[] inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        Add("", op, [output], inputs, attributes);

    /// <summary>As above with several outputs. Returns the first.</summary>
    public string Standard(string op, string[] outputs, string[] inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        Add("", op, outputs, inputs, attributes);

    /// <summary>A node of ONNX Runtime's own domain with one output.</summary>
    public string Fused(string op, string output, string[] inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        Add(FusedDomain, op, [output], inputs, attributes);

    /// <summary>As above with several outputs; an empty name leaves one out. Returns the first.</summary>
    public string Fused(string op, string[] outputs, string[] inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        Add(FusedDomain, op, outputs, inputs, attributes);

    /// <summary>A node of <see cref="RowsOperator"/>.</summary>
    public void Rows(string[] outputs, string[] inputs, Activation? activation = null, float epsilon = 0, int block = 0) =>
        Add(CustomOperators.Domain, RowsOperator.Name, outputs, inputs,
        [
            OnnxAttribute.Int(RowsOperator.ActivationAttribute, activation is { } kind ? (long)kind : -1),
            OnnxAttribute.Float(RowsOperator.EpsilonAttribute, epsilon),
            OnnxAttribute.Int(RowsOperator.BlockAttribute, block),
        ]);

    /// <summary>The activation of x + bias.</summary>
    public string Activate(Activation activation, string output, string x, string bias)
    {
        if (activation is Activation.GeluErf or Activation.GeluTanh)
            return Fused(activation == Activation.GeluTanh ? "FastGelu" : "BiasGelu", output, [x, bias]);
        var biased = Standard("Add", $"{output}.biased", [x, bias]);
        return activation switch
        {
            Activation.Relu => Standard("Relu", output, [biased]),
            Activation.Tanh => Standard("Tanh", output, [biased]),
            Activation.Silu => Fused("QuickGelu", output, [biased], OnnxAttribute.Float("alpha", 1)),
            Activation.GeluSigmoid => Fused("QuickGelu", output, [biased], OnnxAttribute.Float("alpha", 1.702f)),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "no such activation"),
        };
    }

    /// <summary>A small constant, kept in the model itself.</summary>
    public string Constant(string name, ReadOnlySpan<long> values, params long[] shape) =>
        Constant(name, DataType.Int64, MemoryMarshal.AsBytes(values), shape);

    /// <summary>As above, of floats.</summary>
    public string Constant(string name, ReadOnlySpan<float> values, params long[] shape) =>
        Constant(name, DataType.Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>As above, one unsigned byte.</summary>
    public string ByteConstant(string name, byte value) => Constant(name, DataType.Uint8, [value], []);

    /// <summary>A constant whose bytes stay in a file.</summary>
    /// <param name="file">Full path; <see cref="CompiledModel"/> gives ONNX Runtime the relative one that it wants.</param>
    public string External(string name, DataType type, IEnumerable<long> shape, string file, long offset, long byteLength)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type };
        tensor.Dims.Add(shape);
        ExternalData.Place(tensor, file, offset, byteLength);
        _graph.Initializer.Add(tensor);
        return name;
    }

    /// <summary>The model; weights are not inside, so it stays small.</summary>
    public ModelProto ToModel()
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "elastic-synapse", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OperatorSet });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = FusedDomain, Version = 1 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = CustomOperators.Domain, Version = 1 });
        return model;
    }

    private string Constant(string name, DataType type, ReadOnlySpan<byte> bytes, long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.Add(shape);
        _graph.Initializer.Add(tensor);
        return name;
    }

    private string Add(string domain, string op, string[] outputs, string[] inputs, ReadOnlySpan<AttributeProto> attributes)
    {
        var name = outputs.First(output => output.Length > 0);
        var node = new NodeProto { Name = $"{name}/{op}", OpType = op, Domain = domain };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        foreach (var attribute in attributes)
            node.Attribute.Add(attribute);
        _graph.Node.Add(node);
        return name;
    }

    private static ValueInfoProto ValueInfo(string name, DataType type, ReadOnlySpan<Dimension> shape)
    {
        var shapeProto = new TensorShapeProto();
        foreach (var dimension in shape)
            shapeProto.Dim.Add(dimension.ToProto());
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shapeProto } },
        };
    }
}
