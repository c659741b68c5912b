using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Causal attention over a KV cache of floats or halves, where <see cref="HeadAttention"/> is supported: ONNX Runtime's
/// GroupQueryAttention with as many heads of keys as of queries, and before it x * scale + bias. Each query's result depends on its own sequence alone, to
/// the last bit, and not on what runs beside it.
/// Inputs: x [..., 3 * heads * headSize], queries, keys and values of rows, a sequence's together; scale [..., 1] and bias
/// [3 * heads * headSize], both optional; past keys and values, [batch, heads, slot, headSize]; int32 [batch], each sequence's
/// length after the run, minus 1. Outputs: [..., heads * headSize], and the present keys and values: bound to the memory of the past,
/// they are written in place. Attributes: heads, and the scale of the scores.
/// </summary>
internal static unsafe class AttentionOperator
{
    public const string Name = "CacheAttention", HalfName = "HalfCacheAttention";
    public const string HeadsAttribute = "heads", ScaleAttribute = "scale";

    private const int XInput = 0, ScaleInput = 1, BiasInput = 2, KeyInput = 3, ValueInput = 4, LastInput = 5, Inputs = 6;
    private const int YOutput = 0, KeyOutput = 1, ValueOutput = 2, Outputs = 3;
    private const int MostDimensions = 4;

    // Never let go: sessions refer to them.
    private static readonly byte* NameAddress = (byte*)Marshal.StringToCoTaskMemUTF8(Name);
    private static readonly byte* HalfNameAddress = (byte*)Marshal.StringToCoTaskMemUTF8(HalfName);

    /// <summary>Over floats, as ONNX Runtime is told of it.</summary>
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
        GetOutputKind = &CustomOperators.GetRequired,
        GetInputMemory = &CustomOperators.GetInputMemory,
        CreateKernel = &CreateKernel,
        Compute = &Compute,
    };

    /// <summary>Over halves.</summary>
    public static OperatorDefinition HalfDefinition { get; } = Definition with
    {
        GetName = &GetHalfName,
        GetInputType = &GetHalfInputType,
        GetOutputType = &GetHalfOutputType,
        CreateKernel = &CreateHalfKernel,
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetName(OperatorDefinition* definition) => NameAddress;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetHalfName(OperatorDefinition* definition) => HalfNameAddress;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputType(OperatorDefinition* definition, nuint index) => InputType(index, OnnxRuntimeApi.Float);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetHalfInputType(OperatorDefinition* definition, nuint index) => InputType(index, OnnxRuntimeApi.Half);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint GetInputCount(OperatorDefinition* definition) => Inputs;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOutputType(OperatorDefinition* definition, nuint index) => OnnxRuntimeApi.Float;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetHalfOutputType(OperatorDefinition* definition, nuint index) => index == YOutput ? OnnxRuntimeApi.Float : OnnxRuntimeApi.Half;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint GetOutputCount(OperatorDefinition* definition) => Outputs;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputKind(OperatorDefinition* definition, nuint index) =>
        (int)index is ScaleInput or BiasInput ? OnnxRuntimeApi.Optional : OnnxRuntimeApi.Required;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint CreateKernel(OperatorDefinition* definition, void* api, nint info, void** kernel) => CreateKernel(info, isHalf: false, kernel);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint CreateHalfKernel(OperatorDefinition* definition, void* api, nint info, void** kernel) => CreateKernel(info, isHalf: true, kernel);

    private static int InputType(nuint index, int cache) => (int)index switch
    {
        KeyInput or ValueInput => cache,
        LastInput => OnnxRuntimeApi.Int32,
        _ => OnnxRuntimeApi.Float,
    };

    private static nint CreateKernel(nint info, bool isHalf, void** kernel)
    {
        nint status;
        *kernel = null;
        if ((status = OnnxRuntimeApi.Attribute(info, HeadsAttribute, out long heads)) != 0
            || (status = OnnxRuntimeApi.Attribute(info, ScaleAttribute, out float scale)) != 0)
        {
            return status;
        }
        var settings = (AttentionRun*)NativeMemory.Alloc((nuint)sizeof(AttentionRun));
        *settings = new AttentionRun { Heads = (int)heads, Scale = scale, IsHalf = isHalf };
        *kernel = settings;
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DestroyKernel(void* kernel) => NativeMemory.Free(kernel);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Compute(void* kernel, nint context)
    {
        var run = *(AttentionRun*)kernel;
        Span<nint> values = stackalloc nint[Inputs];
        Span<nint> data = stackalloc nint[Inputs];
        nint status;
        for (var index = 0; index < Inputs; index++)
        {
            if ((status = OnnxRuntimeApi.Input(context, index, out values[index])) != 0
                || (values[index] != 0 && (status = OnnxRuntimeApi.Data(values[index], out data[index])) != 0))
            {
                return status;
            }
        }
        Span<long> shape = stackalloc long[MostDimensions], cache = stackalloc long[MostDimensions];
        if ((status = OnnxRuntimeApi.Shape(values[XInput], ref shape)) != 0 || (status = OnnxRuntimeApi.Shape(values[KeyInput], ref cache)) != 0)
        {
            return status;
        }
        run.X = (float*)data[XInput];
        run.RowScales = (float*)data[ScaleInput];
        run.Bias = (float*)data[BiasInput];
        run.LastIndices = (int*)data[LastInput];
        if ((status = Measure(shape, cache, ref run)) != 0)
        {
            return status;
        }
        for (var index = ScaleInput; index < Inputs; index++)
        {
            if (values[index] != 0 && (status = CheckCount(index, values[index], run)) != 0)
            {
                return status;
            }
        }
        if ((status = CheckLengths(run)) != 0)
        {
            return status;
        }
        shape[^1] /= 3;
        if ((status = Output(context, YOutput, shape, out var y)) != 0
            || (status = Output(context, KeyOutput, cache, out var keys)) != 0
            || (status = Output(context, ValueOutput, cache, out var presentValues)) != 0)
        {
            return status;
        }
        run.Y = (float*)y;
        run.Keys = (byte*)keys;
        run.Values = (byte*)presentValues;
        var cacheBytes = run.Batch * run.Heads * run.Slot * run.HeadSize * run.Attention.ElementBytes;
        Copy(data[KeyInput], keys, cacheBytes);
        Copy(data[ValueInput], presentValues, cacheBytes);
        return run.Start(context);
    }

    private static nint Measure(ReadOnlySpan<long> shape, ReadOnlySpan<long> cache, ref AttentionRun run)
    {
        long rows = 1;
        foreach (var length in shape[..^1])
        {
            rows *= length;
        }
        if (cache.Length != MostDimensions || cache[0] < 1 || cache[1] != run.Heads || HeadAttention.For(run.IsHalf, cache[3]) is null
            || shape[^1] != 3 * cache[1] * cache[3] || rows % cache[0] != 0)
        {
            return OnnxRuntimeApi.Error($"{Name}: x of {rows} rows of {shape[^1]} does not fit a cache of [{string.Join(", ", cache.ToArray())}] and {run.Heads} heads");
        }
        (run.Batch, run.Slot, run.HeadSize, run.Tokens) = (cache[0], cache[2], (int)cache[3], rows / cache[0]);
        return 0;
    }

    // Beyond a tensor's end there is other memory.
    private static nint CheckCount(int index, nint value, in AttentionRun run)
    {
        Span<long> shape = stackalloc long[MostDimensions];
        var status = OnnxRuntimeApi.Shape(value, ref shape);
        long count = 1;
        foreach (var length in status == 0 ? shape : [])
        {
            count *= length;
        }
        var expected = index switch
        {
            ScaleInput => run.Batch * run.Tokens,
            BiasInput => 3L * run.Heads * run.HeadSize,
            LastInput => run.Batch,
            _ => run.Batch * run.Heads * run.Slot * run.HeadSize,
        };
        return status != 0 || count == expected ? status : OnnxRuntimeApi.Error($"{Name}: input {index} has {count} elements; {expected} fit the others");
    }

    private static nint CheckLengths(in AttentionRun run)
    {
        for (var sequence = 0; sequence < run.Batch; sequence++)
        {
            if (run.LastIndices[sequence] >= run.Slot || run.LastIndices[sequence] + 1 < run.Tokens)
            {
                return OnnxRuntimeApi.Error($"{Name}: a sequence of {run.LastIndices[sequence] + 1L} tokens, {run.Tokens} of them new, in a slot of {run.Slot}");
            }
        }
        return 0;
    }

    private static nint Output(nint context, int index, ReadOnlySpan<long> shape, out nint data)
    {
        data = 0;
        var status = OnnxRuntimeApi.Output(context, index, shape, out var value);
        return status != 0 ? status : OnnxRuntimeApi.Data(value, out data);
    }

    private static void Copy(nint past, nint present, long bytes)
    {
        if (past != present)
        {
            Buffer.MemoryCopy((void*)past, (void*)present, bytes, bytes);
        }
    }
}
