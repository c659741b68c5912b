using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>Machine code in memory that can be executed, and no longer be written. It stays until the process ends. For Linux.</summary>
internal static unsafe partial class ExecutableCode
{
    private const int Readable = 1, Writable = 2, Executable = 4;
    private const int PrivateAnonymous = 0x22;
    private static readonly nint Failed = -1;

    /// <returns>Where it begins.</returns>
    /// <exception cref="Win32Exception">The system has no memory, or does not let it be executed.</exception>
    public static nint Load(ReadOnlySpan<byte> code)
    {
        var memory = mmap(null, (nuint)code.Length, Readable | Writable, PrivateAnonymous, -1, 0);
        if ((nint)memory == Failed)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
        code.CopyTo(new Span<byte>(memory, code.Length));
        if (mprotect(memory, (nuint)code.Length, Readable | Executable) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _ = munmap(memory, (nuint)code.Length);
            throw new Win32Exception(error);
        }
        return (nint)memory;
    }

#pragma warning disable IDE1006, SYSLIB1054 // the names are the system's
    [LibraryImport("libc", SetLastError = true)]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(void* address, nuint length, int protection);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(void* address, nuint length);
#pragma warning restore IDE1006, SYSLIB1054
}
