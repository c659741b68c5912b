using System.Security.Cryptography;
using System.Text;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>The SHA-256 of a caller's key. The keys are long and random, so that a plain hash can't be guessed back.</summary>
internal sealed record CallerKey(byte[] Hash, CallerEntry Caller)
{
    /// <summary>Longer keys are hashed all the same, with memory of their own.</summary>
    private const int MostBytes = 256;

    /// <param name="hash">Takes 32 bytes.</param>
    public static void HashOf(ReadOnlySpan<char> key, Span<byte> hash)
    {
        var length = Encoding.UTF8.GetMaxByteCount(key.Length);
        Span<byte> bytes = length <= MostBytes ? stackalloc byte[MostBytes] : new byte[length];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], hash);
    }
}
