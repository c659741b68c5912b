namespace ElasticSynapse.Gateway.Retries;

/// <summary>What was wrong with a try.</summary>
internal enum TryFailure
{
    None,

    /// <summary>Nobody listens there.</summary>
    Unreachable,

    /// <summary>The connection broke before the answer was complete.</summary>
    BrokeOff,

    /// <summary>What came back is not HTTP.</summary>
    Garbled,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>It answered 502, 503 or 504.</summary>
    Unavailable,

    /// <summary>It answered 429.</summary>
    Overloaded,

    /// <summary>It answered 500: its fault, but one that another replica would share.</summary>
    Failed,
}
