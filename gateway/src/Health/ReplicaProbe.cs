using System.Net;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Health;

/// <summary>Asks replicas how they are: ready or not, and how loaded.</summary>
internal sealed class ReplicaProbe(ReplicaOptions options, TimeProvider time) : IDisposable
{
    // Lives as long as the process. The handler's lifetime follows names to new addresses.
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    })
    {
        Timeout = options.ProbeTimeout,
        MaxResponseContentBufferSize = 1024 * 1024,
    };

    public async Task<ProbeAnswer> AskAsync(Replica replica, CancellationToken cancellationToken)
    {
        var readyz = $"{replica.Authority}/readyz";
        try
        {
            using var answer = await _client.GetAsync(new Uri(readyz), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return new ProbeAnswer(
                answer.StatusCode == HttpStatusCode.OK ? null : $"{readyz} answers {(int)answer.StatusCode}",
                Header(answer, "x-model-name"),
                Header(answer, "x-model-version"));
        }
        catch (HttpRequestException exception)
        {
            return new ProbeAnswer($"{readyz} can't be reached: {exception.Message}", null, null);
        }
        // HttpClient reports its own timeout this way.
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProbeAnswer($"{readyz} does not answer within {options.ProbeTimeout.TotalSeconds:0.###} s", null, null);
        }
    }

    /// <summary>The replica's load as its /metrics has it; null when it has none that we know.</summary>
    public async Task<ReplicaReport?> ReportAsync(Replica replica, CancellationToken cancellationToken)
    {
        try
        {
            var text = await _client.GetStringAsync(new Uri($"{replica.Authority}/metrics"), cancellationToken);
            return LoadReport.Read(text, time.GetTimestamp());
        }
        catch (Exception exception) when (
            exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? values.First() : null;
}
