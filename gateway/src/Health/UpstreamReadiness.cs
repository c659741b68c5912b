using System.Net;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Gateway.Health;

/// <summary>Asks one upstream's /readyz, afresh each time: an answer kept for later could be wrong by then.</summary>
internal sealed class UpstreamReadiness(string name, Uri address, HttpClient client) : IHealthCheck
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly Uri _readyz = new(address.AbsoluteUri.TrimEnd('/') + "/readyz");

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await client.GetAsync(_readyz, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"the {name} at {_readyz} answers {(int)answer.StatusCode}");
        }
        catch (HttpRequestException exception)
        {
            return HealthCheckResult.Unhealthy($"the {name} at {_readyz} can't be reached: {exception.Message}");
        }
        // HttpClient reports its own timeout this way.
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"the {name} at {_readyz} does not answer within {Timeout.TotalSeconds:0} s");
        }
    }
}
