using System.Net;
using System.Text.Json;
using Polly;
using Polly.Retry;

namespace ElasticSynapse.Serving.Models;

/// <summary>Requests to a store: tried again where the failure may pass, one clear line where it will not.</summary>
/// <param name="owner">The address that the user gave, for messages.</param>
internal sealed class StoreHttp(string owner, StoreSettings settings, TimeProvider time) : IDisposable
{
    private const int LongestQuote = 200;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, // Redirection knows who may see credentials
        AutomaticDecompression = DecompressionMethods.None, // ranges and checksums are those of the stored bytes
        ConnectTimeout = TimeSpan.FromSeconds(15),
        MaxConnectionsPerServer = settings.Connections,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // silence is watched instead
    };

    private readonly ResiliencePipeline _retries = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
    {
        ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<IOException>().Handle<TimeoutException>(),
        MaxRetryAttempts = settings.Attempts - 1,
        Delay = settings.FirstDelay,
        MaxDelay = LongestDelay,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        DelayGenerator = retry => ValueTask.FromResult((retry.Outcome.Exception as BusyException)?.RetryAfter),
    }).Build();

    /// <summary>Runs an exchange until it succeeds, or has failed too often.</summary>
    /// <exception cref="CheckpointException">The store refuses, or keeps failing.</exception>
    public async Task<T> TryAsync<T>(Func<CancellationToken, Task<T>> exchange, CancellationToken cancellation)
    {
        try
        {
            return await _retries.ExecuteAsync(async token => await exchange(token), cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
        {
            throw Refusal.Of(owner, $"{e.InnerException?.Message ?? e.Message} ({settings.Attempts} tries)", "a store that answers", e);
        }
    }

    /// <summary>The JSON answer to a request, and its headers.</summary>
    public Task<(JsonElement Answer, HttpResponseMessage Response)> GetJsonAsync(
        Func<CancellationToken, Task<HttpRequestMessage>> request, CancellationToken cancellation) =>
        TryAsync(async token =>
        {
            using var limit = Limit(token);
            try
            {
                using var response = await SendAsync(await request(limit.Token), limit.Token);
                var bytes = await response.Content.ReadAsByteArrayAsync(limit.Token);
                using var json = CheckpointJson.Parse(response.RequestMessage!.RequestUri!.GetLeftPart(UriPartial.Path), Wrap(bytes));
                return (json.RootElement.GetProperty("answer").Clone(), response);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                throw Silent();
            }
        }, cancellation);

    /// <summary>Sends once; the body is still to be read.</summary>
    /// <exception cref="CheckpointException">The store refuses.</exception>
    /// <exception cref="HttpRequestException">It is busy, failing or out of reach.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", "elastic-synapse");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        for (var redirects = 0; ; redirects++)
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
            {
                if (redirects == Redirection.Most || Redirection.Next(request, response) is not { } next)
                    throw await FailureAsync(request.RequestUri!, response, cancellation);
                request = next;
            }
        }
    }

    /// <summary>Whether an answer is that of a server that is busy or failing, and not its last word.</summary>
    public static bool MayPass(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    /// <summary>Ends what is silent for too long.</summary>
    public CancellationTokenSource Limit(CancellationToken cancellation)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(settings.Silence);
        return limit;
    }

    public TimeoutException Silent() => new($"nothing for {settings.Silence.TotalSeconds} s");

    public void Dispose() => _http.Dispose();

    // A list is as good an answer as an object.
    private static byte[] Wrap(byte[] json) => [.. "{\"answer\":"u8, .. json, (byte)'}'];

    private async Task<Exception> FailureAsync(Uri address, HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase} from {address.Host}";
        if (MayPass(response.StatusCode))
            return new BusyException(status, RetryAfter(response));
        var body = await ReadStartAsync(response, cancellation);
        return Refusal.Of(owner, body.Length == 0 ? status : $"{status} ({body})", response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "credentials that may read it",
            HttpStatusCode.NotFound => "a model that is there, and credentials if it is private",
            >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest => $"at most {Redirection.Most} redirects, none of them from https: to http:",
            HttpStatusCode.PreconditionFailed => "a file that does not change while it is fetched; start again",
            _ => "an answer of 200 or 206",
        });
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var delay = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - time.GetUtcNow();
        return delay > LongestDelay ? LongestDelay : delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }

    private static async Task<string> ReadStartAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            var buffer = new byte[LongestQuote];
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            var read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
            return System.Text.Encoding.UTF8.GetString(buffer, 0, read).Trim();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return "";
        }
    }

    private sealed class BusyException(string message, TimeSpan? retryAfter) : HttpRequestException(message)
    {
        public TimeSpan? RetryAfter { get; } = retryAfter;
    }
}
