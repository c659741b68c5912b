namespace ElasticSynapse.Serving.Hosting.Drain;

/// <summary>The time that requests in flight have left to finish once the service drains.</summary>
public interface IGracePeriod
{
    /// <summary>Set when it is over: what still runs ends with an error that its caller can read, before the connection goes.</summary>
    CancellationToken Ended { get; }
}
