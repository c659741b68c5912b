namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>
/// Random numbers without state: each is a pure function of seed, choice and position, so a request gives the same text
/// alone, in a batch, after a retry and on another replica.
/// </summary>
/// <remarks>Mixing function: the finalizer of SplitMix64 (Steele, Lea and Flood 2014).</remarks>
internal static class CounterRandom
{
    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    public static double NextDouble(long seed, int choice, int position)
    {
        var state = Mix((ulong)seed + 0x9E3779B97F4A7C15);
        state = Mix(state ^ (((ulong)(uint)choice << 32) | (uint)position));
        return (state >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
