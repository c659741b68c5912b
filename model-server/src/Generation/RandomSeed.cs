using System.Security.Cryptography;

namespace ElasticSynapse.ModelServer.Generation;

/// <summary>The seed of a request that names none. It is told in the answer's header, so that the answer can be had again.</summary>
internal static class RandomSeed
{
    /// <summary>Neither negative, because some APIs know no negative seeds, nor beyond 2^53, because JavaScript would round it.</summary>
    public static long Next() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & ((1L << 53) - 1);
}
