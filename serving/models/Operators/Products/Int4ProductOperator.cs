using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// MatMulNBits with a matrix of 4 bits that is packed as <see cref="MatrixPacking"/> says, where <see cref="Int4Tile"/> is
/// supported. Unlike ONNX Runtime's, a row's bits depend on the row alone. Input: float [..., inputs]. Output: float [..., outputs].
/// Attributes: inputs, size of a block, and where codes and scales lie (<see cref="TensorAttributes"/>).
/// </summary>
internal static unsafe class Int4ProductOperator
{
    public const string Name = "Int4Product";
    public const string InputsAttribute = "inputs", BlockAttribute = "block", ScalesPrefix = "scales_";

    private static readonly byte* NameAddress = (byte*)Marshal.StringToCoTaskMemUTF8(Name); // never let go: sessions refer to it

    /// <summary>As ONNX Runtime is told of it.</summary>
    public static OperatorDefinition Definition { get; } = ProductOperator.Definition with
    {
        GetName = &GetName,
        CreateKernel = &CreateKernel,
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetName(OperatorDefinition* definition) => NameAddress;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint CreateKernel(OperatorDefinition* definition, void* api, nint info, void** kernel)
    {
        nint status;
        *kernel = null;
        if ((status = TensorAttributes.Read(info, out var codes)) != 0
            || (status = TensorAttributes.Read(info, out var scales, ScalesPrefix)) != 0
            || (status = OnnxRuntimeApi.Attribute(info, InputsAttribute, out long inputs)) != 0
            || (status = OnnxRuntimeApi.Attribute(info, BlockAttribute, out long block)) != 0)
        {
            return status;
        }
        try
        {
            *kernel = MatrixPacking.Kernel(new Int4Matrix(codes, scales, inputs, new BlockFormat((int)block)));
            return 0;
        }
        catch (Exception exception)
        {
            return OnnxRuntimeApi.Error($"{Name}: {exception.Message}");
        }
    }
}
