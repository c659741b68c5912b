namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>What is measured of a proxy.</summary>
internal static class GatewayFigures
{
    /// <summary>Connections of wrk.</summary>
    public const int Connections = 64;

    /// <summary>Requests a second at which latency is measured, near enough: answers take their time, too.</summary>
    public const int Pace = 1000;

    /// <summary>Connections of wrk that share <see cref="Pace"/>.</summary>
    public const int PacedConnections = 20;

    /// <summary>Streams at a time.</summary>
    public const int Streams = 1000;

    /// <summary>Of each stream.</summary>
    public const int EventsPerSecond = 20;

    /// <summary>As many as wrk gets through.</summary>
    public const string Throughput = "requests/s";

    /// <summary>Time on a core for each request of wrk: what a busy neighbour changes least.</summary>
    public const string Processor = "processor µs a request";

    /// <summary>Median time of a request at <see cref="Pace"/>.</summary>
    public const string Typical = "p50 at 1,000/s, ms";

    /// <summary>From an event's writing to its reading; one of a hundred takes longer.</summary>
    public const string EventDelay = "p99 of 1,000 streams, ms";

    /// <summary>Time on a core for each event.</summary>
    public const string EventProcessor = "processor µs an event";

    /// <summary>Allocated for each request of wrk.</summary>
    public const string Allocated = "managed bytes a request";
}
