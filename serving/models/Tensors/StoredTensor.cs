namespace ElasticSynapse.Serving.Models;

/// <summary>A tensor's description and where its bytes lie: little-endian, row-major, contiguous.</summary>
/// <param name="Name">As the checkpoint spells it.</param>
/// <param name="Shape">Outermost dimension first; empty for a scalar.</param>
/// <param name="File">Full path of the file that holds the bytes.</param>
/// <param name="Offset">Position of the first byte in that file.</param>
/// <param name="ByteLength">Product of the shape times the element size; checked against the file's size.</param>
internal sealed record StoredTensor(
    string Name, TensorType Type, IReadOnlyList<long> Shape, string File, long Offset, long ByteLength);
