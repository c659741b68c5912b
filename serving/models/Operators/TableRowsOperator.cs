using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Gather of rows of an embedding that stays in its file. A mapping's pages would be the process's, and random tokens touch nearly
/// all of them: 147 MiB of GPT-2 124M's. Read, they are the system's to keep or to drop.
/// Input: int64 [...], row numbers. Output: float [..., width]. Attributes: where the table lies (<see cref="TensorAttributes"/>).
/// </summary>
internal static unsafe class TableRowsOperator
{
    public const string Name = "TableRows";

    private const int MostDimensions = 4;

    private static readonly byte* NameAddress = (byte*)Marshal.StringToCoTaskMemUTF8(Name); // never let go: sessions refer to it

    /// <summary>As ONNX Runtime is told of it.</summary>
    public static OperatorDefinition Definition { get; } = new()
    {
        Version = OnnxRuntimeApi.Version,
        GetName = &GetName,
        GetProvider = &CustomOperators.GetProvider,
        GetInputType = &GetInputType,
        GetInputCount = &CustomOperators.GetOne,
        GetOutputType = &GetOutputType,
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
    private static int GetInputType(OperatorDefinition* definition, nuint index) => OnnxRuntimeApi.Int64;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOutputType(OperatorDefinition* definition, nuint index) => OnnxRuntimeApi.Float;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint CreateKernel(OperatorDefinition* definition, void* api, nint info, void** kernel)
    {
        nint status;
        *kernel = null;
        if ((status = TensorAttributes.Read(info, out var matrix)) != 0)
        {
            return status;
        }
        try
        {
            *kernel = CustomOperators.Kernel(new TableInFile(matrix));
            return 0;
        }
        catch (Exception exception)
        {
            return OnnxRuntimeApi.Error($"{Name}: {exception.Message}");
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Compute(void* kernel, nint context)
    {
        var table = (TableInFile)CustomOperators.Object(kernel);
        Span<long> shape = stackalloc long[MostDimensions + 1], ids = shape[..MostDimensions];
        nint status;
        if ((status = OnnxRuntimeApi.Input(context, 0, out var input)) != 0
            || (status = OnnxRuntimeApi.Shape(input, ref ids)) != 0
            || (status = OnnxRuntimeApi.Data(input, out var numbers)) != 0)
        {
            return status;
        }
        shape[ids.Length] = table.Width;
        if ((status = OnnxRuntimeApi.Output(context, 0, shape[..(ids.Length + 1)], out var output)) != 0
            || (status = OnnxRuntimeApi.Data(output, out var rows)) != 0)
        {
            return status;
        }
        var count = 1;
        foreach (var length in ids)
        {
            count *= (int)length;
        }
        try
        {
            table.Read(new ReadOnlySpan<long>((void*)numbers, count), new Span<float>((void*)rows, count * table.Width));
            return 0;
        }
        catch (Exception exception)
        {
            return OnnxRuntimeApi.Error($"{Name}: {exception.Message}");
        }
    }
}
