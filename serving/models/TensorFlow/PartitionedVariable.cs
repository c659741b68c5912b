using System.Text;
using ElasticSynapse.Serving.Models.TensorFlow;

namespace ElasticSynapse.Serving.Models;

/// <summary>A variable that a checkpoint stores in slices, put together again.</summary>
/// <param name="Whole">Name, type and shape; its bytes are those of the slices.</param>
internal sealed record PartitionedVariable(StoredTensor Whole, IReadOnlyList<PartitionedVariable.Slice> Slices)
{
    /// <summary>A box of the variable.</summary>
    /// <param name="Start">Its first element, in each dimension.</param>
    /// <param name="Tensor">Its shape and bytes.</param>
    internal sealed record Slice(long[] Start, StoredTensor Tensor, uint Checksum)
    {
        public bool HoldsLine(ReadOnlySpan<long> place)
        {
            for (var dimension = 0; dimension < place.Length; dimension++)
            {
                if (place[dimension] < Start[dimension] || place[dimension] >= Start[dimension] + Tensor.Shape[dimension])
                    return false;
            }
            return true;
        }

        /// <summary>First element of a line, counted from the slice's own first.</summary>
        public long Element(ReadOnlySpan<long> place)
        {
            long element = 0;
            for (var dimension = 0; dimension < place.Length; dimension++)
                element = element * Tensor.Shape[dimension] + place[dimension] - Start[dimension];
            return element * Tensor.Shape[^1];
        }
    }

    /// <exception cref="CheckpointException">A slice is missing, or they do not fill the variable exactly.</exception>
    public static PartitionedVariable Find(BundleIndex index, StoredTensor whole, IReadOnlyList<TensorSliceProto> extents)
    {
        var slices = new List<Slice>();
        foreach (var extent in extents)
        {
            if (whole.Shape.Count == 0 || extent.Extent.Count != whole.Shape.Count)
                throw Refused(index, whole, $"a slice of {extent.Extent.Count} dimensions", $"slices of {whole.Shape.Count}, at least 1");
            var key = Encoding.Latin1.GetString(SliceKey.Encode(whole.Name, extent));
            if (!index.Slices.TryGetValue(key, out var entry) || entry.Tensor is not { } tensor || entry.Slices.Count > 0)
                throw Refused(index, whole, $"slice {slices.Count} missing", "every slice that the index names");
            long[] start = [.. extent.Extent.Select(e => e.Start)];
            if (tensor.Type != whole.Type || tensor.Shape.Count != start.Length
                || start.Zip(tensor.Shape, whole.Shape).Any(d => d.First < 0 || d.First > d.Third || d.Second > d.Third - d.First))
                throw Refused(index, whole, $"slice {slices.Count} of {tensor.Type.Name()} {Refusal.Shape(tensor.Shape)} at {Refusal.Shape(start)}",
                    $"boxes of {whole.Type.Name()} {Refusal.Shape(whole.Shape)}");
            slices.Add(new Slice(start, tensor, entry.Checksum));
        }
        var variable = new PartitionedVariable(whole, [.. slices.OrderBy(s => s.Start[^1])]);
        var bytes = slices.Aggregate((Int128)0, (sum, s) => sum + s.Tensor.ByteLength);
        return bytes == whole.ByteLength
            ? variable
            : throw Refused(index, whole, $"slices of {bytes} bytes together", $"{whole.ByteLength}");
    }

    /// <summary>Writes the whole, line by line of its last dimension.</summary>
    /// <exception cref="CheckpointException">The slices leave a hole, or overlap.</exception>
    public void WriteTo(Stream output, BundleIndex index, IReadOnlyDictionary<string, MappedFile> files)
    {
        var lineBytes = Whole.Shape[^1] * Whole.Type.Size();
        if (Whole.ByteLength == 0)
            return;
        var place = new long[Whole.Shape.Count - 1];
        for (var line = 0L; line < Whole.ByteLength / lineBytes; line++)
        {
            long next = 0; // element of the line
            foreach (var slice in Slices.Where(s => s.HoldsLine(place)))
            {
                if (slice.Start[^1] != next)
                    break;
                var run = slice.Tensor.Shape[^1];
                var offset = slice.Tensor.Offset + slice.Element(place) * Whole.Type.Size();
                output.Write(files[slice.Tensor.File].Bytes(offset, checked((int)(run * Whole.Type.Size()))));
                next += run;
            }
            if (next != Whole.Shape[^1])
                throw Refused(index, Whole, $"slices with a hole or an overlap at {Refusal.Shape(place)}", "slices that fill the variable");
            for (var dimension = place.Length - 1; dimension >= 0 && ++place[dimension] == Whole.Shape[dimension]; dimension--)
                place[dimension] = 0;
        }
    }

    private static CheckpointException Refused(BundleIndex index, StoredTensor whole, string found, string accepted) =>
        Refusal.OfTensor(index.FullPath, whole.Name, found, accepted);
}
