using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Products with a matrix of signed bytes that is packed as <see cref="MatrixPacking"/> says, where <see cref="Int8Tile"/> is
/// supported: MatMulIntegerToFloat of bytes around 128, with the same bits as ONNX Runtime's. Input: bytes [..., inputs]. Output:
/// float [..., outputs]. Attributes: where codes and scales lie (<see cref="TensorAttributes"/>).
/// </summary>
internal static unsafe class Int8ProductOperator
{
    public const string Name = "Int8Product";
    public const string ScalesPrefix = "scales_";

    private static readonly byte* NameAddress = (byte*)Marshal.StringToCoTaskMemUTF8(Name); // never let go: sessions refer to it

    /// <summary>As ONNX Runtime is told of it.</summary>
    public static OperatorDefinition Definition { get; } = ProductOperator.Definition with
    {
        GetName = &GetName,
        GetInputType = &GetInputType,
        CreateKernel = &CreateKernel,
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetName(OperatorDefinition* definition) => NameAddress;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputType(OperatorDefinition* definition, nuint index) => OnnxRuntimeApi.Byte;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint CreateKernel(OperatorDefinition* definition, void* api, nint info, void** kernel)
    {
        nint status;
        *kernel = null;
        if ((status = TensorAttributes.Read(info, out var codes)) != 0
            || (status = TensorAttributes.Read(info, out var scales, ScalesPrefix)) != 0)
        {
            return status;
        }
        try
        {
            *kernel = MatrixPacking.Kernel(new Int8Matrix(codes, scales));
            return 0;
        }
        catch (Exception exception)
        {
            return OnnxRuntimeApi.Error($"{Name}: {exception.Message}");
        }
    }
}
