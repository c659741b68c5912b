using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Retries;

/// <summary>How long a request may take. Bound from "Deadlines".</summary>
internal sealed class DeadlineOptions
{
    private const string Rule = "must be between 00:00:00.010 and 1.00:00:00";

    /// <summary>The whole of a request, retries and stream included. A caller's x-request-timeout-ms can only shorten it.
    /// Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00", ErrorMessage = Rule)]
    public TimeSpan Request { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>One try, until its answer begins. Default 5 min: an answer that is not streamed begins when it is complete.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00", ErrorMessage = Rule)]
    public TimeSpan Try { get; set; } = TimeSpan.FromMinutes(5);
}
