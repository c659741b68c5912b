using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>The operators that are written here, and that ONNX Runtime calls beside its own on a CPU.</summary>
internal static unsafe class CustomOperators
{
    public const string Domain = "elastic-synapse";

    // ONNX Runtime refers to it as long as there is a session, so that it is never let go.
    private static readonly nint Handle = Create(
    [
        RowsOperator.Definition, TableRowsOperator.Definition, ProductOperator.Definition, Int8ProductOperator.Definition,
        Int4ProductOperator.Definition, AttentionOperator.Definition, AttentionOperator.HalfDefinition, TextAttentionOperator.Definition,
    ]);

    /// <summary>Makes them known to a session.</summary>
    /// <param name="sessionOptions">The handle of its SessionOptions.</param>
    public static void Register(nint sessionOptions) => OnnxRuntimeApi.AddOperatorDomain(sessionOptions, Handle);

    /// <summary>The CPU's.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static byte* GetProvider(OperatorDefinition* definition) => null;

    /// <summary>The provider's.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int GetInputMemory(OperatorDefinition* definition, nuint index) => 0;

    /// <summary>Of inputs or outputs, for an operator with one.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static nuint GetOne(OperatorDefinition* definition) => 1;

    /// <summary>Whether an input or output may be left out: none may.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int GetRequired(OperatorDefinition* definition, nuint index) => OnnxRuntimeApi.Required;

    /// <summary>A kernel that is an object of ours, which <see cref="DestroyKernel"/> disposes.</summary>
    public static void* Kernel(IDisposable kernel) => (void*)GCHandle.ToIntPtr(GCHandle.Alloc(kernel));

    /// <summary>The object of a kernel.</summary>
    public static object Object(void* kernel) => GCHandle.FromIntPtr((nint)kernel).Target!;

    /// <summary>Disposes such an object.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void DestroyKernel(void* kernel)
    {
        ((IDisposable)Object(kernel)).Dispose();
        GCHandle.FromIntPtr((nint)kernel).Free();
    }

    private static nint Create(ReadOnlySpan<OperatorDefinition> definitions)
    {
        var domain = OnnxRuntimeApi.CreateOperatorDomain(Domain);
        foreach (var definition in definitions)
        {
            var copy = (OperatorDefinition*)NativeMemory.Alloc((nuint)sizeof(OperatorDefinition));
            *copy = definition;
            OnnxRuntimeApi.AddOperator(domain, copy);
        }
        return domain;
    }
}
