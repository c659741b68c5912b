namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>Why a sequence ended.</summary>
internal enum FinishReason
{
    /// <summary>An end-of-text token or a stop string.</summary>
    Stop,

    /// <summary>As many tokens as were asked for.</summary>
    Length,
}
