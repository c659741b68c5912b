using System.Buffers.Binary;
using System.Text;
using ElasticSynapse.Serving.Models.TensorFlow;

namespace ElasticSynapse.Serving.Models;

/// <summary>The key under which a bundle stores one slice of a partitioned variable.</summary>
/// <remarks>TensorFlow's <c>util/saved_tensor_slice_util.cc</c> (EncodeTensorNameSlice) and <c>lib/strings/ordered_code.cc</c>.</remarks>
internal static class SliceKey
{
    private const long WholeDimension = -1;

    public static byte[] Encode(string tensor, TensorSliceProto slice)
    {
        var key = new List<byte>();
        AppendNumber(key, 0);
        AppendText(key, tensor);
        AppendNumber(key, (ulong)slice.Extent.Count);
        foreach (var extent in slice.Extent)
        {
            AppendSigned(key, extent.Start);
            AppendSigned(key, extent.HasLengthCase == TensorSliceProto.Types.Extent.HasLengthOneofCase.Length ? extent.Length : WholeDimension);
        }
        return [.. key];
    }

    // A count of bytes, then the bytes, highest first, without leading zeros.
    private static void AppendNumber(List<byte> key, ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        var digits = bytes.TrimStart((byte)0);
        key.Add((byte)digits.Length);
        key.AddRange(digits);
    }

    // 00 and FF are escaped, so that 00 01 can end the text.
    private static void AppendText(List<byte> key, string text)
    {
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            key.Add(b);
            if (b == 0)
                key.Add(0xFF);
            else if (b == 0xFF)
                key.Add(0);
        }
        key.AddRange([0, 1]);
    }

    // Two's complement in n bytes of 7 bits each; n leading ones, flipped by the sign, tell n.
    private static void AppendSigned(List<byte> key, long number)
    {
        var magnitude = number < 0 ? ~number : number;
        var length = 1;
        while (length < 10 && magnitude >> 7 * length - 1 != 0)
            length++;
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[^(i + 1)] = (byte)(i < sizeof(long) ? number >> 8 * i : number >> 63);
        for (var i = 0; i < length; i++)
            bytes[i / 8] ^= (byte)(0x80 >> i % 8);
        key.AddRange(bytes);
    }
}
