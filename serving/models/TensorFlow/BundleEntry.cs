using ElasticSynapse.Serving.Models.TensorFlow;

namespace ElasticSynapse.Serving.Models;

/// <summary>What the index says of one tensor, checked against the shards.</summary>
/// <param name="Tensor">Null for types that no weight has, strings above all.</param>
/// <param name="Checksum">Masked CRC-32C of the bytes.</param>
/// <param name="Slices">Of a partitioned variable, which has no bytes of its own; else empty.</param>
internal sealed record BundleEntry(StoredTensor? Tensor, uint Checksum, IReadOnlyList<TensorSliceProto> Slices);
