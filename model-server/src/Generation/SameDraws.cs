using System.Runtime.InteropServices;

namespace ElasticSynapse.ModelServer.Generation;

/// <summary>Whether two of a request would get the same text: their prompts have the same tokens, and they the same seed.</summary>
internal sealed class SameDraws : IEqualityComparer<GenerationSettings>
{
    public static readonly SameDraws Comparer = new();

    public bool Equals(GenerationSettings? x, GenerationSettings? y) =>
        x?.Sampling.Seed == y?.Sampling.Seed && (x?.Prompt.Tokens).AsSpan().SequenceEqual(y?.Prompt.Tokens);

    public int GetHashCode(GenerationSettings obj)
    {
        var hash = new HashCode();
        hash.Add(obj.Sampling.Seed);
        hash.AddBytes(MemoryMarshal.AsBytes(obj.Prompt.Tokens.AsSpan()));
        return hash.ToHashCode();
    }
}
