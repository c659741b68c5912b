namespace ElasticSynapse.Serving.Models;

/// <summary>A stored (not compressed) entry of a zip file.</summary>
/// <param name="Offset">Of the entry's first byte in the file.</param>
/// <param name="Checksum">CRC-32 of its bytes, which opening does not check.</param>
internal sealed record ZipEntry(string Name, long Offset, long Length, uint Checksum);
