namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>Why a sequence ended.</summary>
internal enum FinishReason
{
    /// <summary>A token that ends the text.</summary>
    EndOfText,

    /// <summary>A stop string.</summary>
    StopString,

    /// <summary>As many tokens as were asked for.</summary>
    Length,
}
