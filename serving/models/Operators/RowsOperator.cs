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
    public const string Domain = "elastic-synapse", Name = "Rows";
    public const string ActivationAttribute = "activation", EpsilonAttribute = "epsilon", BlockAttribute = "block";

    private const int XInput = 0, ScaleInput = 1, ResidualInput = 3;
    private const int MostDimensions = 4;
    private const int Inputs = 6, Outputs = 4, CodesOutput = 2, ScalesOutput = 3;
    private const int Float = 1, Byte = 2; // ONNXTensorElementDataType
    private const int Required = 0, Optional = 1; // OrtCustomOpInputOutputCharacteristic

    // ONNX Runtime refers to both as long as there is a session, so that they are never let go.
    private static readonly byte* NameBytes = Utf8("Rows"u8);
    private static readonly nint DomainHandle = CreateDomain();

    /// <summary>Makes the operator known to a session.</summary>
    /// <param name="sessionOptions">The handle of its SessionOptions.</param>
    public static void Register(nint sessionOptions) => OnnxRuntimeApi.AddOperatorDomain(sessionOptions, DomainHandle);

    private static nint CreateDomain()
    {
        var definition = (OperatorDefinition*)NativeMemory.AllocZeroed((nuint)sizeof(OperatorDefinition));
        definition->Version = OnnxRuntimeApi.Version;
        definition->GetName = &GetName;
        definition->GetProvider = &GetProvider;
        definition->GetInputType = &GetInputType;
        definition->GetInputCount = &GetInputCount;
        definition->GetOutputType = &GetOutputType;
        definition->GetOutputCount = &GetOutputCount;
        definition->DestroyKernel = &DestroyKernel;
        definition->GetInputKind = &GetInputKind;
        definition->GetOutputKind = &GetOutputKind;
        definition->GetInputMemory = &GetInputMemory;
        definition->CreateKernel = &CreateKernel;
        definition->Compute = &Compute;
        var domain = OnnxRuntimeApi.CreateOperatorDomain("elastic-synapse"u8);
        OnnxRuntimeApi.AddOperator(domain, definition);
        return domain;
    }

    private static byte* Utf8(ReadOnlySpan<byte> text)
    {
        var bytes = (byte*)NativeMemory.AllocZeroed((nuint)text.Length + 1);
        text.CopyTo(new Span<byte>(bytes, text.Length));
        return bytes;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetName(OperatorDefinition* definition) => NameBytes;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetProvider(OperatorDefinition* definition) => null; // the CPU's

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputType(OperatorDefinition* definition, nuint index) => Float;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint GetInputCount(OperatorDefinition* definition) => Inputs;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOutputType(OperatorDefinition* definition, nuint index) => index == CodesOutput ? Byte : Float;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint GetOutputCount(OperatorDefinition* definition) => Outputs;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputKind(OperatorDefinition* definition, nuint index) => index == XInput ? Required : Optional;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOutputKind(OperatorDefinition* definition, nuint index) => Optional;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputMemory(OperatorDefinition* definition, nuint index) => 0; // the provider's

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint CreateKernel(OperatorDefinition* definition, void** api, nint info, RowSettings** kernel)
    {
        nint status;
        *kernel = null;
        if ((status = OnnxRuntimeApi.Attribute(info, "activation"u8, out long activation)) != 0
            || (status = OnnxRuntimeApi.Attribute(info, "epsilon"u8, out float epsilon)) != 0
            || (status = OnnxRuntimeApi.Attribute(info, "block"u8, out long block)) != 0)
        {
            return status;
        }
        *kernel = (RowSettings*)NativeMemory.Alloc((nuint)sizeof(RowSettings));
        **kernel = new RowSettings { Activation = activation < 0 ? null : (Activation)activation, Epsilon = epsilon, Block = (int)block };
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DestroyKernel(RowSettings* kernel) => NativeMemory.Free(kernel);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Compute(RowSettings* kernel, nint context)
    {
        var run = new RowsRun { Settings = *kernel };
        Span<long> shape = stackalloc long[MostDimensions]; // of x
        nint status;
        if ((status = ReadInputs(context, ref shape, ref run)) != 0 || (status = CreateOutputs(context, shape, ref run)) != 0 || run.Rows == 0)
        {
            return status;
        }
        kernel->IsChecked = true;
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
        Span<long> other = stackalloc long[MostDimensions];
        for (var index = 0; index < Inputs; index++)
        {
            var status = OnnxRuntimeApi.Input(context, index, out var value);
            if (status == 0 && index == XInput)
            {
                status = OnnxRuntimeApi.Shape(value, shape, out var dimensions);
                shape = shape[..dimensions];
                run.Width = shape[^1];
                run.Rows = Count(shape[..^1]);
            }
            else if (status == 0 && value != 0 && !run.Settings.IsChecked)
            {
                status = OnnxRuntimeApi.Shape(value, other, out var dimensions);
                if (status == 0 && Count(other[..dimensions]) != Expected(index, run))
                {
                    status = OnnxRuntimeApi.Error("elastic-synapse Rows: an input's shape does not fit that of the first"u8);
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
