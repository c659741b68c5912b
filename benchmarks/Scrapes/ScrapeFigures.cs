namespace ElasticSynapse.Benchmarks.Scrapes;

/// <summary>What is measured of a service's /metrics, and of the requests beside it. Times are from sending to the last byte.</summary>
internal static class ScrapeFigures
{
    /// <summary>Scrapes of each idle service in each round.</summary>
    public const int IdleScrapes = 200;

    /// <summary>A thousand times as often as Prometheus does where nobody told it otherwise.</summary>
    public const int ScrapesPerSecond = 100;

    /// <summary>Each sends completions and texts in turns, through the gateway.</summary>
    public const int Clients = 2;

    public const string Size = "kB";

    /// <summary>Time on a core for each scrape of an idle service: what a busy neighbour changes least.</summary>
    public const string Processor = "processor ms a scrape";

    public const string IdleTypical = "idle p50, ms";
    public const string IdleSlow = "idle p95, ms";
    public const string IdleSlowest = "idle p99, ms";
    public const string BusyTypical = "busy p50, ms";
    public const string BusySlow = "busy p95, ms";
    public const string BusySlowest = "busy p99, ms";

    /// <summary>Of requests while nobody scrapes.</summary>
    public const string AloneTypical = "requests p50, ms";
    public const string AloneSlowest = "requests p99, ms";

    /// <summary>Of requests while the service is scraped.</summary>
    public const string ScrapedTypical = "scraped p50, ms";
    public const string ScrapedSlowest = "scraped p99, ms";

    /// <summary>Stands in the table for what a scrape may take.</summary>
    public const string Limit = "the limit";
}
