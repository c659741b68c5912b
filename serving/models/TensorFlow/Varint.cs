namespace ElasticSynapse.Serving.Models;

/// <summary>Base-128 integers, lowest group first, as in protocol buffers.</summary>
internal static class Varint
{
    private const int MostBytes = 10;

    /// <summary>Takes one number off the front; false if it does not end or exceeds 64 bits.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var i = 0; i < MostBytes && i < bytes.Length; i++)
        {
            if (i == MostBytes - 1 && bytes[i] > 1)
                return false;
            value |= (ulong)(bytes[i] & 0x7F) << 7 * i;
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }
        return false;
    }
}
