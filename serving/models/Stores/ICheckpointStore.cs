namespace ElasticSynapse.Serving.Models;

/// <summary>A place that checkpoints are fetched from over HTTP.</summary>
internal interface ICheckpointStore : IDisposable
{
    /// <summary>Whether the one file listed is an archive of the checkpoint.</summary>
    bool IsArchive { get; }

    /// <summary>The files below the address.</summary>
    /// <exception cref="CheckpointException">The store refuses, or cannot be reached.</exception>
    Task<IReadOnlyList<StoredFile>> ListAsync(CancellationToken cancellation);

    /// <summary>A request for a file's bytes, authorized; a range may be added.</summary>
    Task<HttpRequestMessage> RequestAsync(StoredFile file, CancellationToken cancellation);
}
