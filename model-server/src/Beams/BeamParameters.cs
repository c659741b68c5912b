namespace ElasticSynapse.ModelServer.Beams;

/// <summary>How a beam search goes, with Hugging Face's meanings.</summary>
internal sealed record BeamParameters
{
    /// <summary>Beams; at least 2.</summary>
    public required int Width { get; init; }

    /// <summary>Scores are divided by the generated length to this power: above 0 favours long texts, below 0 short ones.</summary>
    public float LengthPenalty { get; init; } = 1;

    public EarlyStopping EarlyStopping { get; init; }
}
