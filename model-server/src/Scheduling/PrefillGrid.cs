using ElasticSynapse.ModelServer.Decoding;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>
/// Where the runs of a prompt end: on multiples of the chunk size from position 0, whatever else runs, so that the same prompt
/// is run in the same way each time. A run of one token differs from runs of several in the last bits of its results, so a
/// prompt that begins from kept rows must not come to have such a run where it has none from the start.
/// </summary>
internal static class PrefillGrid
{
    /// <summary>Where the run ends that starts at <paramref name="position"/>.</summary>
    public static int ChunkEnd(int position, int prompt, int chunk) => Math.Min(((position / chunk) + 1) * chunk, prompt);

    /// <summary>How many of the kept positions may be used.</summary>
    /// <param name="kept">A multiple of the cache's block, below <paramref name="prompt"/>.</param>
    /// <param name="prompt">Tokens of the prompt.</param>
    /// <param name="chunk">Size of a chunk.</param>
    public static int Reusable(int kept, int prompt, int chunk)
    {
        while (kept > 0 && kept % chunk != 0 && ChunkEnd(kept, prompt, chunk) - kept < 2)
        {
            kept -= PrefixCache.BlockTokens;
        }
        return kept;
    }
}
