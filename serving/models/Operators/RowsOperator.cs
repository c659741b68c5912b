using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// An operator of ONNX Runtime's, written here: all that happens to rows of activations between two products, in one pass of each
/// row through the processor's nearest cache. In ONNX Runtime's own operators it is some ten passes through memory.
/// <code>
/// sum    = activation(x * scale + bias + residual)
/// values = layer norm of sum, or sum
/// codes  = values rotated (Hadamard) and rounded to bytes around 128, with a scale for each row
/// </code>
/// Inputs: x [..., width]; and, each optional, scale [..., 1], bias [width], residual [..., width], weight and bias of the norm
/// [width]. Outputs, each optional: sum, values and codes [..., width], scales [..., 1]. Attributes: <see cref="RowSettings"/>.
/// </summary>
internal static unsafe class RowsOperator
{
    public const string Name = "Rows";
    public const string ActivationAttribute = "activation", EpsilonAttribute = "epsilon", BlockAttribute = "block";

    private const int XInput = 0, ScaleInput = 1, ResidualInput = 3;
    private const int MostDimensions = 4;
    private const int Inputs = 6, Outputs = 4, CodesOutput = 2, ScalesOutput = 3;

    private static readonly byte* NameAddress = (byte*)Marshal.StringToCoTaskMemUTF8(Name); // never let go: sessions refer to it

    /// <summary>As ONNX Runtime is told of it.</summary>
    public static OperatorDefinition Definition { get; } = new()
    {
        Version = OnnxRuntimeApi.Version,
        GetName = &GetName,
        GetProvider = &CustomOperators.GetProvider,
        GetInputType = &GetInputType,
        GetInputCount = &GetInputCount,
        GetOutputType = &GetOutputType,
        GetOutputCount = &GetOutputCount,
        DestroyKernel = &DestroyKernel,
        GetInputKind = &GetInputKind,
        GetOutputKind = &GetOutputKind,
        GetInputMemory = &CustomOperators.GetInputMemory,
        CreateKernel = &CreateKernel,
        Compute = &Compute,
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetName(OperatorDefinition* definition) => NameAddress;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputType(OperatorDefinition* definition, nuint index) => OnnxRuntimeApi.Float;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint GetInputCount(OperatorDefinition* definition) => Inputs;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOutputType(OperatorDefinition* definition, nuint index) => index == CodesOutput ? OnnxRuntimeApi.Byte : OnnxRuntimeApi.Float;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint GetOutputCount(OperatorDefinition* definition) => Outputs;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputKind(OperatorDefinition* definition, nuint index) => index == XInput ? OnnxRuntimeApi.Required : OnnxRuntimeApi.Optional;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOutputKind(OperatorDefinition* definition, nuint index) => OnnxRuntimeApi.Optional;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint CreateKernel(OperatorDefinition* definition, void* api, nint info, void** kernel)
    {
        nint status;
        *kernel = null;
        if ((status = OnnxRuntimeApi.Attribute(info, ActivationAttribute, out long activation)) != 0
            || (status = OnnxRuntimeApi.Attribute(info, EpsilonAttribute, out float epsilon)) != 0
            || (status = OnnxRuntimeApi.Attribute(info, BlockAttribute, out long block)) != 0)
        {
            return status;
        }
        if (activation >= 0 && !Enum.IsDefined((Activation)activation))
        {
            return OnnxRuntimeApi.Error($"{Name}: no activation {activation}");
        }
        var settings = (RowSettings*)NativeMemory.Alloc((nuint)sizeof(RowSettings));
        *settings = new RowSettings { Activation = activation < 0 ? null : (Activation)activation, Epsilon = epsilon, Block = (int)block };
        *kernel = settings;
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DestroyKernel(void* kernel) => NativeMemory.Free(kernel);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Compute(void* kernel, nint context)
    {
        var settings = (RowSettings*)kernel;
        var run = new RowsRun { Settings = *settings };
        Span<long> shape = stackalloc long[MostDimensions]; // of x
        nint status;
        if ((status = ReadInputs(context, ref shape, ref run)) != 0 || (status = CreateOutputs(context, shape, ref run)) != 0 || run.Rows == 0)
        {
            return status;
        }
        if (!run.Settings.IsChecked && !IsWhole(run))
        {
            return OnnxRuntimeApi.Error($"{Name}: codes without scales or without a block that divides the width of {run.Width}, or a norm of one input");
        }
        settings->IsChecked = true;
        if (run.Tasks > 1)
        {
            return OnnxRuntimeApi.ParallelFor(context, &RowsRun.RunTaskOf, run.Tasks, &run);
        }
        run.RunTask(0);
        return 0;
    }

    private static nint ReadInputs(nint context, scoped ref Span<long> shape, ref RowsRun run)
    {
        Span<nint> data = stackalloc nint[Inputs];
        Span<long> room = stackalloc long[MostDimensions];
        for (var index = 0; index < Inputs; index++)
        {
            var status = OnnxRuntimeApi.Input(context, index, out var value);
            if (status == 0 && index == XInput)
            {
                status = OnnxRuntimeApi.Shape(value, ref shape);
                run.Width = status == 0 ? shape[^1] : 0;
                run.Rows = status == 0 ? Count(shape[..^1]) : 0;
            }
            else if (status == 0 && value != 0 && !run.Settings.IsChecked)
            {
                Span<long> other = room;
                status = OnnxRuntimeApi.Shape(value, ref other);
                if (status == 0 && Count(other) != Expected(index, run))
                {
                    status = OnnxRuntimeApi.Error($"{Name}: input {index} has {Count(other)} elements; {Expected(index, run)} fit the first");
                }
            }
            if (status == 0 && value != 0)
            {
                status = OnnxRuntimeApi.Data(value, out data[index]);
            }
            if (status != 0)
            {
                return status;
            }
        }
        run.X = (float*)data[XInput];
        run.Scale = (float*)data[ScaleInput];
        run.Bias = (float*)data[2];
        run.Residual = (float*)data[ResidualInput];
        run.NormWeight = (float*)data[4];
        run.NormBias = (float*)data[5];
        return 0;
    }

    private static bool IsWhole(in RowsRun run) =>
        (run.NormWeight == null) == (run.NormBias == null) && (run.Codes == null) == (run.Scales == null)
        && (run.Codes == null || (run.Settings.Block > 0 && run.Width % run.Settings.Block == 0));

    // Elements of an input: beyond a tensor's end there is other memory.
    private static long Expected(int index, in RowsRun run) => index switch
    {
        ScaleInput => run.Rows,
        ResidualInput => run.Rows * run.Width,
        _ => run.Width,
    };

    private static long Count(ReadOnlySpan<long> lengths)
    {
        long count = 1;
        foreach (var length in lengths)
        {
            count *= length;
        }
        return count;
    }

    private static nint CreateOutputs(nint context, Span<long> shape, ref RowsRun run)
    {
        Span<nint> data = stackalloc nint[Outputs];
        for (var index = 0; index < Outputs; index++)
        {
            shape[^1] = index == ScalesOutput ? 1 : run.Width;
            var status = OnnxRuntimeApi.Output(context, index, shape, out var value);
            if (status == 0 && value != 0)
            {
                status = OnnxRuntimeApi.Data(value, out data[index]);
            }
            if (status != 0)
            {
                return status;
            }
        }
        run.Sum = (float*)data[0];
        run.Values = (float*)data[1];
        run.Codes = (byte*)data[CodesOutput];
        run.Scales = (float*)data[ScalesOutput];
        return 0;
    }
}
