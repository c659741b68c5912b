using System.Diagnostics;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Telemetry;

/// <summary>Counts the requests of every API that classifies.</summary>
internal sealed class CountedRequests(RequestMetrics metrics)
{
    /// <summary>What <paramref name="handle"/> returns.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> handle)
    {
        var start = Stopwatch.GetTimestamp();
        metrics.RequestBegan();
        try
        {
            var answer = await handle();
            metrics.RequestAnswered(Stopwatch.GetElapsedTime(start));
            return answer;
        }
        catch (ApiException error)
        {
            metrics.RequestFailed(error.Kind);
            throw;
        }
        // A caller that has gone is nobody's failure.
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            metrics.RequestFailed(exception is BadHttpRequestException ? ErrorKind.InvalidRequest : ErrorKind.Internal);
            throw;
        }
    }
}
