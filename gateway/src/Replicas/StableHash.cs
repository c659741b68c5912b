using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Gateway.Replicas;

/// <summary>Hashes that are the same in every process and on every machine, so that several gateways agree who serves whom.</summary>
internal static class StableHash
{
    public static ulong Of(string text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()));

    public static ulong Of(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);

    /// <summary>One hash of two, in that order.</summary>
    public static ulong Combine(ulong first, ulong second) => Draws.Mix(first ^ Draws.Mix(second + 0x9E3779B97F4A7C15));
}
