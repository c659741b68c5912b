using System.Security.Cryptography;
using System.Text;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>The SHA-256 of a caller's key. The keys are long and random, so that a plain hash can't be guessed back.</summary>
internal sealed record CallerKey(byte[] Hash, CallerEntry Caller)
{
    public static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
