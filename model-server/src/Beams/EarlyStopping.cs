namespace ElasticSynapse.ModelServer.Beams;

/// <summary>When a beam search with enough finished texts ends.</summary>
internal enum EarlyStopping
{
    /// <summary>When the best unfinished text, at its present length, can't beat the worst finished one. Hugging Face's <c>false</c>.</summary>
    Heuristic,

    /// <summary>As soon as there are as many finished texts as beams. Hugging Face's <c>true</c>.</summary>
    WhenFull,

    /// <summary>When no unfinished text can beat the worst finished one at any length. Hugging Face's <c>"never"</c>.</summary>
    Never,
}
