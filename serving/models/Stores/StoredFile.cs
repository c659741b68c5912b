namespace ElasticSynapse.Serving.Models;

/// <summary>A file of a checkpoint in a store.</summary>
/// <param name="Path">Relative, with '/'; checked to stay below the folder it is fetched into.</param>
/// <param name="Length">Bytes; null if the store does not say.</param>
/// <param name="Checksum">Null if the store has none.</param>
/// <param name="Version">What the store calls this content: a generation, an ETag, a hash. Another content has another.</param>
/// <param name="Address">Where it is; a store may sign or authorize the request.</param>
internal sealed record StoredFile(string Path, long? Length, FileChecksum? Checksum, string Version, Uri Address);
