using System.Diagnostics;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Telemetry;

/// <summary>Counts the requests of every API that classifies.</summary>
internal sealed class CountedRequests(RequestMetrics metrics)
{
    /// <summary>The handler, counted.</summary>
    public RequestDelegate Of(RequestDelegate handler) => async context =>
    {
        var start = Stopwatch.GetTimestamp();
        metrics.RequestBegan();
        try
        {
            await handler(context);
            metrics.RequestAnswered(Stopwatch.GetElapsedTime(start));
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
    };
}
