namespace ElasticSynapse.Serving.Models;

/// <summary>The tensors of one checkpoint, whatever its format. Descriptions are validated before the source exists.</summary>
internal interface ITensorSource : IDisposable
{
    /// <summary>The file or index that describes the tensors; the owner in error messages.</summary>
    string Description { get; }

    /// <summary>By the checkpoint's own names.</summary>
    IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>A window of a tensor's bytes; valid until the source is disposed. Tensors may exceed 2 GB, a window may not.</summary>
    /// <param name="start">Byte position inside the tensor.</param>
    ReadOnlySpan<byte> Bytes(StoredTensor tensor, long start, int length);
}
