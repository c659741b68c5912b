namespace ElasticSynapse.Gateway.Replicas;

/// <summary>Random numbers for many threads at once: SplitMix64 (Steele et al. 2014) over a counter, so that no lock is needed
/// and a seed repeats the sequence.</summary>
internal sealed class Draws(ulong seed)
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    public ulong Next() => Mix(Interlocked.Add(ref _state, GoldenGamma));

    /// <summary>A number in [0, <paramref name="bound"/>).</summary>
    public int Next(int bound) => (int)(((UInt128)Next() * (ulong)bound) >> 64);

    /// <summary>A number in [0, 1).</summary>
    public double NextFraction() => Fraction(Next());

    /// <summary>The top 53 bits of a hash as a number in [0, 1).</summary>
    public static double Fraction(ulong hash) => (hash >> 11) * (1.0 / (1UL << 53));

    /// <summary>Spreads the bits of <paramref name="value"/>: near inputs give unrelated outputs.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
