using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// MatMul with a matrix of floats, packed as <see cref="MatrixPacking"/> says. A row's bits depend on the row alone. Input: float
/// [..., inputs]. Output: float [..., outputs]. Attributes: where the matrix lies (<see cref="TensorAttributes"/>), and whether as
/// [outputs, inputs].
/// </summary>
internal static unsafe class ProductOperator
{
    public const string Name = "Product";
    public const string TransposedAttribute = "transposed";

    private const int MostDimensions = 4;

    private static readonly byte* NameAddress = (byte*)Marshal.StringToCoTaskMemUTF8(Name); // never let go: sessions refer to it

    /// <summary>As ONNX Runtime is told of it.</summary>
    public static OperatorDefinition Definition { get; } = new()
    {
        Version = OnnxRuntimeApi.Version,
        GetName = &GetName,
        GetProvider = &CustomOperators.GetProvider,
        GetInputType = &GetType,
        GetInputCount = &CustomOperators.GetOne,
        GetOutputType = &GetType,
        GetOutputCount = &CustomOperators.GetOne,
        DestroyKernel = &CustomOperators.DestroyKernel,
        GetInputKind = &CustomOperators.GetRequired,
        GetOutputKind = &CustomOperators.GetRequired,
        GetInputMemory = &CustomOperators.GetInputMemory,
        CreateKernel = &CreateKernel,
        Compute = &Compute,
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetName(OperatorDefinition* definition) => NameAddress;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetType(OperatorDefinition* definition, nuint index) => OnnxRuntimeApi.Float;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint CreateKernel(OperatorDefinition* definition, void* api, nint info, void** kernel)
    {
        nint status;
        *kernel = null;
        if ((status = TensorAttributes.Read(info, out var matrix)) != 0
            || (status = OnnxRuntimeApi.Attribute(info, TransposedAttribute, out long transposed)) != 0)
        {
            return status;
        }
        try
        {
            *kernel = MatrixPacking.Kernel(new FloatMatrix(matrix, transposed != 0));
            return 0;
        }
        catch (Exception exception)
        {
            return OnnxRuntimeApi.Error($"{Name}: {exception.Message}");
        }
    }

    /// <summary>Of a kernel that is a <see cref="PackedMatrix"/>.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static nint Compute(void* kernel, nint context)
    {
        var matrix = (PackedMatrix)CustomOperators.Object(kernel);
        Span<long> shape = stackalloc long[MostDimensions];
        nint status;
        if ((status = OnnxRuntimeApi.Input(context, 0, out var input)) != 0
            || (status = OnnxRuntimeApi.Shape(input, ref shape)) != 0
            || (status = OnnxRuntimeApi.Data(input, out var x)) != 0)
        {
            return status;
        }
        if (shape[^1] != matrix.Inputs)
        {
            return OnnxRuntimeApi.Error($"{Name}: rows of {shape[^1]} elements; the matrix takes {matrix.Inputs}");
        }
        shape[^1] = matrix.Outputs;
        if ((status = OnnxRuntimeApi.Output(context, 0, shape, out var output)) != 0
            || (status = OnnxRuntimeApi.Data(output, out var y)) != 0)
        {
            return status;
        }
        long rows = 1;
        foreach (var length in shape[..^1])
        {
            rows *= length;
        }
        return matrix.Product(context, kernel, (void*)x, rows, (float*)y);
    }
}
