using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tool;

/// <summary>Reads every byte that would be served. Opening has checked names, types and shapes already, and TensorFlow's checksums.</summary>
internal static class Verification
{
    private const int WindowBytes = 1 << 24;

    /// <returns>What was verified, in one line.</returns>
    /// <exception cref="CheckpointException">The first thing that is wrong.</exception>
    public static string Run(string folder)
    {
        using var checkpoint = LoadedCheckpoint.Open(folder);
        ArchiveChecksums.Verify(checkpoint);
        var tensors = checkpoint.Tensors.ToArray();
        foreach (var (_, tensor) in tensors)
            CheckFinite(checkpoint.Source, tensor);
        FolderChecksums.Verify(folder);
        Compilation.Verify(checkpoint);
        if (Vocabulary.Of(checkpoint) is null)
            throw Refusal.Of(folder, "no vocabulary", Vocabulary.Accepted(checkpoint));
        return FormattableString.Invariant($"{folder}: {tensors.Length} tensors of {tensors.Sum(t => t.Tensor.ByteLength):N0} bytes are whole and finite");
    }

    private static void CheckFinite(ITensorSource source, StoredTensor tensor)
    {
        for (long start = 0; start < tensor.ByteLength; start += WindowBytes)
        {
            var bytes = source.Bytes(tensor, start, (int)Math.Min(WindowBytes, tensor.ByteLength - start));
            var isFinite = tensor.Type switch
            {
                TensorType.F32 => All(MemoryMarshal.Cast<byte, float>(bytes), float.IsFinite),
                TensorType.F64 => All(MemoryMarshal.Cast<byte, double>(bytes), double.IsFinite),
                TensorType.F16 => All(MemoryMarshal.Cast<byte, Half>(bytes), Half.IsFinite),
                _ => All(MemoryMarshal.Cast<byte, ushort>(bytes), bits => (bits & 0x7F80) != 0x7F80), // BF16: an exponent of all ones
            };
            if (!isFinite)
                throw Refusal.OfTensor(source.Description, tensor.Name, "an infinity or NaN", "finite weights");
        }
    }

    private static bool All<T>(ReadOnlySpan<T> values, Func<T, bool> holds)
    {
        foreach (var value in values)
        {
            if (!holds(value))
                return false;
        }
        return true;
    }
}
