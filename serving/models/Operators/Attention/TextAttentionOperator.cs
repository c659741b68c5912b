using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Attention of texts to themselves, where <see cref="TextHead"/> is supported: ONNX Runtime's MultiHeadAttention with the texts'
/// lengths, and before it x * scale + bias for queries, keys and values. A text's result depends on itself alone, to the last bit;
/// that of its padding is zero.
/// Inputs: for queries, for keys and for values each x [texts, tokens, heads * headSize], scale [texts, tokens, 1] and bias
/// [heads * headSize], the latter two optional; int32 [texts], each text's length. There may be fewer queries than keys: those of a
/// text's first tokens. Output: [texts, queries, heads * headSize]. Attribute: heads.
/// </summary>
internal static unsafe class TextAttentionOperator
{
    public const string Name = "TextAttention";
    public const string HeadsAttribute = "heads";

    private const int PartInputs = 3, ScaleInput = 1, BiasInput = 2; // of queries; then of keys, and of values
    private const int KeyInput = PartInputs, LengthsInput = 3 * PartInputs, Inputs = LengthsInput + 1;
    private const int MostDimensions = 4;

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
        GetOutputCount = &CustomOperators.GetOne,
        DestroyKernel = &DestroyKernel,
        GetInputKind = &GetInputKind,
        GetOutputKind = &CustomOperators.GetRequired,
        GetInputMemory = &CustomOperators.GetInputMemory,
        CreateKernel = &CreateKernel,
        Compute = &Compute,
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetName(OperatorDefinition* definition) => NameAddress;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputType(OperatorDefinition* definition, nuint index) => index == LengthsInput ? OnnxRuntimeApi.Int32 : OnnxRuntimeApi.Float;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint GetInputCount(OperatorDefinition* definition) => Inputs;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOutputType(OperatorDefinition* definition, nuint index) => OnnxRuntimeApi.Float;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputKind(OperatorDefinition* definition, nuint index) =>
        (int)index % PartInputs == 0 ? OnnxRuntimeApi.Required : OnnxRuntimeApi.Optional;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint CreateKernel(OperatorDefinition* definition, void* api, nint info, void** kernel)
    {
        *kernel = null;
        var status = OnnxRuntimeApi.Attribute(info, HeadsAttribute, out long heads);
        if (status != 0)
        {
            return status;
        }
        var settings = (TextAttentionRun*)NativeMemory.Alloc((nuint)sizeof(TextAttentionRun));
        *settings = new TextAttentionRun { Heads = (int)heads };
        *kernel = settings;
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DestroyKernel(void* kernel) => NativeMemory.Free(kernel);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Compute(void* kernel, nint context)
    {
        var run = *(TextAttentionRun*)kernel;
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
        Span<long> shape = stackalloc long[MostDimensions], keys = stackalloc long[MostDimensions];
        if ((status = OnnxRuntimeApi.Shape(values[0], ref shape)) != 0
            || (status = OnnxRuntimeApi.Shape(values[KeyInput], ref keys)) != 0
            || (status = Measure(shape, keys, ref run)) != 0)
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
        run.Lengths = (int*)data[LengthsInput];
        if ((status = CheckLengths(run)) != 0
            || (status = OnnxRuntimeApi.Output(context, 0, shape, out var output)) != 0
            || (status = OnnxRuntimeApi.Data(output, out var y)) != 0)
        {
            return status;
        }
        run.Y = (float*)y;
        run.Queries = Rows(data);
        run.Keys = Rows(data[KeyInput..]);
        run.Values = Rows(data[(2 * PartInputs)..]);
        return run.Start(context);
    }

    private static TextRows Rows(ReadOnlySpan<nint> data) => new()
    {
        X = (float*)data[0],
        Scales = (float*)data[ScaleInput],
        Bias = (float*)data[BiasInput],
    };

    private static nint Measure(ReadOnlySpan<long> queries, ReadOnlySpan<long> keys, ref TextAttentionRun run)
    {
        if (queries is not [var texts, var asking, var width] || keys is not [var keyTexts, var tokens, var keyWidth]
            || keyTexts != texts || keyWidth != width || asking > tokens || width % run.Heads != 0)
        {
            return OnnxRuntimeApi.Error($"{Name}: queries [{string.Join(", ", queries.ToArray())}] do not fit keys [{string.Join(", ", keys.ToArray())}] and {run.Heads} heads");
        }
        (run.Texts, run.Tokens, run.Asking, run.HeadSize) = (texts, tokens, asking, (int)(width / run.Heads));
        return 0;
    }

    // Beyond a tensor's end there is other memory.
    private static nint CheckCount(int index, nint value, in TextAttentionRun run)
    {
        Span<long> shape = stackalloc long[MostDimensions];
        var status = OnnxRuntimeApi.Shape(value, ref shape);
        long count = 1;
        foreach (var length in status == 0 ? shape : [])
        {
            count *= length;
        }
        long width = run.Heads * run.HeadSize, rows = run.Texts * (index < KeyInput ? run.Asking : run.Tokens);
        var expected = index == LengthsInput ? run.Texts : (index % PartInputs) switch
        {
            ScaleInput => rows,
            BiasInput => width,
            _ => rows * width,
        };
        return status != 0 || count == expected ? status : OnnxRuntimeApi.Error($"{Name}: input {index} has {count} elements; {expected} fit the others");
    }

    private static nint CheckLengths(in TextAttentionRun run)
    {
        for (var text = 0; text < run.Texts; text++)
        {
            if (run.Lengths[text] < 1 || run.Lengths[text] > run.Tokens)
            {
                return OnnxRuntimeApi.Error($"{Name}: a text of {run.Lengths[text]} tokens in a row of {run.Tokens}");
            }
        }
        return 0;
    }
}
