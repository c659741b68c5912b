using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>A tensor as a walk through memory. Shape and strides in elements, outermost dimension first.</summary>
/// <param name="Offset">Of the first element.</param>
/// <param name="Strides">Never negative.</param>
internal sealed record StridedView(long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides)
{
    /// <summary>A row-major matrix of [rows, columns], read as its transpose.</summary>
    public static StridedView Transpose(long rows, long columns) => new(0, [columns, rows], [1, columns]);

    /// <summary>Whether the elements lie in row-major order without gaps; strides of dimensions of size 1 do not matter.</summary>
    public bool IsRowMajor
    {
        get
        {
            if (Shape.Contains(0))
                return true;
            long expected = 1;
            for (var dimension = Shape.Count - 1; dimension >= 0; dimension--)
            {
                if (Shape[dimension] != 1 && Strides[dimension] != expected)
                    return false;
                expected *= Shape[dimension];
            }
            return true;
        }
    }

    /// <summary>One more than the last element touched; null if it is not below 2^63.</summary>
    public long? End
    {
        get
        {
            if (Shape.Contains(0))
                return Offset;
            Int128 end = (Int128)Offset + 1;
            for (var dimension = 0; dimension < Shape.Count && end <= long.MaxValue; dimension++)
                end += (Int128)(Shape[dimension] - 1) * Strides[dimension];
            return end <= long.MaxValue ? (long)end : null;
        }
    }

    /// <summary>Writes the elements in row-major order.</summary>
    /// <param name="source">The memory from its byte 0; at least <see cref="End"/> elements.</param>
    public void WriteTo(Stream output, MappedFile source, long sourceOffset, int elementSize)
    {
        switch (elementSize)
        {
            case 1: Write<byte>(output, source, sourceOffset); break;
            case 2: Write<ushort>(output, source, sourceOffset); break;
            case 4: Write<uint>(output, source, sourceOffset); break;
            default: Write<ulong>(output, source, sourceOffset); break;
        }
    }

    // An odometer over all dimensions but the last, which is the inner loop.
    private void Write<T>(Stream output, MappedFile source, long sourceOffset) where T : unmanaged
    {
        if (Shape.Contains(0))
            return;
        var inner = Shape.Count == 0 ? 1 : checked((int)Shape[^1]);
        var stride = Shape.Count == 0 ? 1 : Strides[^1];
        var row = new T[inner];
        var place = new long[Math.Max(Shape.Count - 1, 0)];
        var start = Offset;
        while (true)
        {
            Gather(row, source, sourceOffset, start, stride);
            output.Write(MemoryMarshal.AsBytes(row.AsSpan()));
            var dimension = place.Length - 1;
            for (; dimension >= 0; dimension--)
            {
                start += Strides[dimension];
                if (++place[dimension] < Shape[dimension])
                    break;
                start -= Strides[dimension] * Shape[dimension];
                place[dimension] = 0;
            }
            if (dimension < 0)
                return;
        }
    }

    private static unsafe void Gather<T>(T[] row, MappedFile source, long sourceOffset, long start, long stride) where T : unmanaged
    {
        // Checked once for the whole row: the first and the last element.
        var first = source.Pointer(sourceOffset + start * sizeof(T), (row.Length - 1) * stride * sizeof(T) + sizeof(T));
        for (var i = 0; i < row.Length; i++)
            row[i] = Unsafe.ReadUnaligned<T>(first + i * stride * sizeof(T));
    }
}
