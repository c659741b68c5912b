using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Telemetry;

/// <summary>What became of a request, in the few words that metrics have for it.</summary>
internal static class RequestOutcome
{
    public const string Ok = "ok";
    public const string Cancelled = "cancelled";
    public const string Failed = "failed";

    private const string Refused = "refused";
    private const string Invalid = "invalid";
    private const string BrokeOff = "broke_off";

    /// <param name="status">Of the answer.</param>
    /// <param name="callerGone">Whether the caller went away before its end.</param>
    /// <param name="brokeOff">Whether it ended before its time, on our side.</param>
    public static string Of(int status, bool callerGone, bool brokeOff) => status switch
    {
        _ when brokeOff => BrokeOff,
        _ when callerGone => Cancelled,
        >= 500 => Failed,
        StatusCodes.Status429TooManyRequests => Refused,
        >= 400 => Invalid,
        _ => Ok,
    };

    /// <summary>Status of the answer that an exception will become.</summary>
    public static int StatusOf(Exception exception) => exception switch
    {
        ApiException error => ErrorTable.Row(error.Kind).Status,
        BadHttpRequestException bad => bad.StatusCode,
        _ => StatusCodes.Status500InternalServerError,
    };
}
