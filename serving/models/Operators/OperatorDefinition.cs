using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>ONNX Runtime's <c>OrtCustomOp</c>, as far as <see cref="OnnxRuntimeApi.Version"/> has it; what is null has a default.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OperatorDefinition
{
    public uint Version;
    private readonly nint _createKernelWithoutStatus;
    public delegate* unmanaged[Cdecl]<OperatorDefinition*, byte*> GetName;
    public delegate* unmanaged[Cdecl]<OperatorDefinition*, byte*> GetProvider;
    public delegate* unmanaged[Cdecl]<OperatorDefinition*, nuint, int> GetInputType;
    public delegate* unmanaged[Cdecl]<OperatorDefinition*, nuint> GetInputCount;
    public delegate* unmanaged[Cdecl]<OperatorDefinition*, nuint, int> GetOutputType;
    public delegate* unmanaged[Cdecl]<OperatorDefinition*, nuint> GetOutputCount;
    private readonly nint _computeWithoutStatus;
    public delegate* unmanaged[Cdecl]<void*, void> DestroyKernel;
    public delegate* unmanaged[Cdecl]<OperatorDefinition*, nuint, int> GetInputKind;
    public delegate* unmanaged[Cdecl]<OperatorDefinition*, nuint, int> GetOutputKind;
    public delegate* unmanaged[Cdecl]<OperatorDefinition*, nuint, int> GetInputMemory;
    private readonly nint _variadicInputs, _variadicInputTypes, _variadicOutputs, _variadicOutputTypes;
    public delegate* unmanaged[Cdecl]<OperatorDefinition*, void*, nint, void**, nint> CreateKernel;
    public delegate* unmanaged[Cdecl]<void*, nint, nint> Compute;
    private readonly nint _inferShape, _firstVersion, _lastVersion, _mayBeInPlace, _releaseMayBeInPlace, _aliases, _releaseAliases;
}
