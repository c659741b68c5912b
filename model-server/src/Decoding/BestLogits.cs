namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>The largest logits of a row, in descending order; empty where a run does not tell them.</summary>
/// <param name="tokens">Whose they are, parallel to the scores.</param>
internal readonly ref struct BestLogits(ReadOnlySpan<long> tokens, ReadOnlySpan<float> scores)
{
    public ReadOnlySpan<long> Tokens { get; } = tokens;

    public ReadOnlySpan<float> Scores { get; } = scores;

    /// <summary>No token that is not among them has a larger one.</summary>
    public float Least => Scores[^1];
}
