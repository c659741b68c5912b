using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// The part of ONNX Runtime's C API that operators of our own need and its C# API does not have. It is a table of functions, to
/// which versions only append; the places are those of <c>onnxruntime_c_api.h</c>. A status is null, or an error to hand on.
/// </summary>
internal static unsafe partial class OnnxRuntimeApi
{
    // The first with ParallelFor.
    public const uint Version = 17;

    // ONNXTensorElementDataType
    public const int Float = 1, Byte = 2, Int32 = 6, Int64 = 7, Half = 10;

    // OrtCustomOpInputOutputCharacteristic
    public const int Required = 0, Optional = 1;

    private static readonly void** Functions = Load();

    public static nint CreateOperatorDomain(string name)
    {
        nint domain;
        fixed (byte* nameBytes = Utf8(name))
        {
            Check(((delegate* unmanaged[Cdecl]<byte*, nint*, nint>)Functions[26])(nameBytes, &domain));
        }
        return domain;
    }

    public static void AddOperator(nint domain, void* definition) =>
        Check(((delegate* unmanaged[Cdecl]<nint, void*, nint>)Functions[27])(domain, definition));

    public static void AddOperatorDomain(nint sessionOptions, nint domain) =>
        Check(((delegate* unmanaged[Cdecl]<nint, nint, nint>)Functions[28])(sessionOptions, domain));

    /// <summary>Null for an optional input that is left out.</summary>
    public static nint Input(nint context, int index, out nint value)
    {
        fixed (nint* result = &value)
        {
            return ((delegate* unmanaged[Cdecl]<nint, nuint, nint*, nint>)Functions[90])(context, (nuint)index, result);
        }
    }

    /// <summary>Allocates an output; null for an optional one that is left out.</summary>
    public static nint Output(nint context, int index, ReadOnlySpan<long> shape, out nint value)
    {
        fixed (nint* result = &value)
        fixed (long* dimensions = shape)
        {
            return ((delegate* unmanaged[Cdecl]<nint, nuint, long*, nuint, nint*, nint>)Functions[91])(context, (nuint)index, dimensions, (nuint)shape.Length, result);
        }
    }

    public static nint Data(nint value, out nint data)
    {
        fixed (nint* result = &data)
        {
            return ((delegate* unmanaged[Cdecl]<nint, nint*, nint>)Functions[51])(value, result);
        }
    }

    /// <summary>The shape of a tensor of at least one dimension.</summary>
    /// <param name="lengths">Room for the lengths of its dimensions; then as many as it has.</param>
    public static nint Shape(nint value, scoped ref Span<long> lengths)
    {
        nint shape;
        nuint count = 0;
        var status = ((delegate* unmanaged[Cdecl]<nint, nint*, nint>)Functions[65])(value, &shape);
        if (status != 0)
        {
            return status;
        }
        status = ((delegate* unmanaged[Cdecl]<nint, nuint*, nint>)Functions[61])(shape, &count);
        if (status == 0 && (count == 0 || count > (nuint)lengths.Length))
        {
            status = Error($"a tensor has {count} dimensions; the operator takes 1 to {lengths.Length}");
        }
        if (status == 0)
        {
            lengths = lengths[..(int)count];
            fixed (long* first = lengths)
            {
                status = ((delegate* unmanaged[Cdecl]<nint, long*, nuint, nint>)Functions[62])(shape, first, count);
            }
        }
        ((delegate* unmanaged[Cdecl]<nint, void>)Functions[99])(shape);
        return status;
    }

    public static nint Attribute(nint kernelInfo, string name, out float value)
    {
        fixed (byte* nameBytes = Utf8(name))
        fixed (float* result = &value)
        {
            return ((delegate* unmanaged[Cdecl]<nint, byte*, float*, nint>)Functions[85])(kernelInfo, nameBytes, result);
        }
    }

    public static nint Attribute(nint kernelInfo, string name, out long value)
    {
        fixed (byte* nameBytes = Utf8(name))
        fixed (long* result = &value)
        {
            return ((delegate* unmanaged[Cdecl]<nint, byte*, long*, nint>)Functions[86])(kernelInfo, nameBytes, result);
        }
    }

    public static nint Attribute(nint kernelInfo, string name, out string value)
    {
        nuint length = 0; // with the zero at the end
        nint status;
        value = "";
        fixed (byte* nameBytes = Utf8(name))
        {
            var get = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, nuint*, nint>)Functions[87];
            if ((status = get(kernelInfo, nameBytes, null, &length)) == 0)
            {
                var bytes = new byte[length];
                fixed (byte* first = bytes)
                {
                    status = get(kernelInfo, nameBytes, first, &length);
                }
                value = Encoding.UTF8.GetString(bytes).TrimEnd('\0');
            }
        }
        return status;
    }

    /// <summary>Calls a function with 0 to <paramref name="count"/> - 1 on the session's threads, and waits.</summary>
    /// <param name="batches">That threads take one after the other; 0 for one each, which spares small bodies the counting.</param>
    public static nint ParallelFor(nint context, delegate* unmanaged[Cdecl]<void*, nuint, void> body, int count, void* state, int batches = 0) =>
        ((delegate* unmanaged[Cdecl]<nint, delegate* unmanaged[Cdecl]<void*, nuint, void>, nuint, nuint, void*, nint>)Functions[274])(context, body, (nuint)count, (nuint)batches, state);

    /// <summary>A status.</summary>
    public static nint Error(string message)
    {
        const int failure = 1; // ORT_FAIL
        fixed (byte* messageBytes = Utf8(message))
        {
            return ((delegate* unmanaged[Cdecl]<int, byte*, nint>)Functions[0])(failure, messageBytes);
        }
    }

    /// <summary>Lets go of a status that is an error.</summary>
    public static void Release(nint status) => ((delegate* unmanaged[Cdecl]<nint, void>)Functions[93])(status);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes($"{text}\0");

    private static void Check(nint status)
    {
        if (status == 0)
        {
            return;
        }
        var message = Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint, nint>)Functions[2])(status));
        Release(status);
        throw new InvalidOperationException($"ONNX Runtime refuses an operator: {message}");
    }

    private static void** Load()
    {
        var apiBase = (delegate* unmanaged[Cdecl]<uint, void**>*)GetApiBase();
        var functions = (*apiBase)(Version);
        return functions is not null ? functions : throw new InvalidOperationException($"ONNX Runtime has no API of version {Version}");
    }

    [LibraryImport("onnxruntime", EntryPoint = "OrtGetApiBase")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial void* GetApiBase();
}
