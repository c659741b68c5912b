using System.Runtime.InteropServices;

namespace ElasticSynapse.ModelServer.Decoding.Memory;

/// <summary>The few functions of NVIDIA's CUDA runtime that ONNX Runtime's C# API has no counterpart of. The library is there
/// where ONNX Runtime's CUDA 13 provider, which needs it, has been loaded.</summary>
internal static partial class CudaRuntime
{
    public const int Success = 0;
    public const int HostToDevice = 1, DeviceToHost = 2, DeviceToDevice = 3; // enum cudaMemcpyKind

    private const string Library = "libcudart.so.13";

    /// <summary>What a status means.</summary>
    public static string Text(int status) => $"CUDA failure {status}: {Marshal.PtrToStringUTF8(GetErrorString(status))}";

    [LibraryImport(Library, EntryPoint = "cudaSetDevice")]
    internal static partial int SetDevice(int device);

    [LibraryImport(Library, EntryPoint = "cudaMemGetInfo")]
    internal static partial int MemGetInfo(out nuint free, out nuint total);

    [LibraryImport(Library, EntryPoint = "cudaMalloc")]
    internal static partial int Malloc(out nint address, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cudaFree")]
    internal static partial int Free(nint address);

    [LibraryImport(Library, EntryPoint = "cudaMemset")]
    internal static partial int Memset(nint address, int value, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cudaMemcpy")]
    internal static partial int Memcpy(nint to, nint from, nuint bytes, int kind);

    [LibraryImport(Library, EntryPoint = "cudaMemcpy2D")]
    internal static partial int Memcpy2D(nint to, nuint toPitch, nint from, nuint fromPitch, nuint width, nuint height, int kind);

    [LibraryImport(Library, EntryPoint = "cudaStreamSynchronize")]
    internal static partial int StreamSynchronize(nint stream);

    [LibraryImport(Library, EntryPoint = "cudaGetErrorString")]
    private static partial nint GetErrorString(int status);
}
