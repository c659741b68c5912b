namespace ElasticSynapse.Serving.Models;

/// <summary>Bytes of a file.</summary>
/// <param name="Offset">Of the first one.</param>
internal readonly record struct FileRange(long Offset, long Length);
