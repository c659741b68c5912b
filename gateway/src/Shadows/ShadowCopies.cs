using System.Globalization;
using ElasticSynapse.Gateway.Forwarding;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Gateway.Shadows;

/// <summary>Sends copies of a share of the requests to versions that are only tried out. Their answers are read, counted and
/// dropped; the client's own request neither waits for them nor fails with them.</summary>
/// <remarks>Requests that pin a version are not copied: a shadow gets what a version of that weight would get.</remarks>
internal sealed class ShadowCopies(
    HttpMessageInvoker connections, ReplicaChoice choice, ShadowOptions options, Draws draws, GatewayMetrics metrics, TimeProvider time,
    IHostApplicationLifetime lifetime)
{
    /// <summary>Tells a replica that nobody waits for the answer.</summary>
    public const string Header = "x-shadow";

    private static readonly string[] Copied = ["Accept", "Content-Type", RequestIds.Header];

    private int _running;

    /// <summary>Starts the copies that this request is due, and returns at once.</summary>
    public void Copy(HttpContext context, GatewayRequest request)
    {
        if (request.IsPinned)
        {
            return;
        }
        foreach (var shadow in request.Model.Shadows)
        {
            if (shadow != request.Version && draws.NextFraction() * 100 < shadow.Entry.Shadow)
            {
                Start(context, request, shadow);
            }
        }
    }

    private void Start(HttpContext context, GatewayRequest request, VersionPool shadow)
    {
        if (request.Body.Length > options.MaxBodyBytes)
        {
            metrics.Shadowed(shadow, "too_large");
        }
        else if (!shadow.IsReady)
        {
            metrics.Shadowed(shadow, "not_ready");
        }
        else if (Interlocked.Increment(ref _running) > options.MaxRunning)
        {
            Interlocked.Decrement(ref _running);
            metrics.Shadowed(shadow, "too_many");
        }
        else
        {
            // The context is the client's: what a copy needs of it is taken now.
            var replica = choice.Choose(shadow.Replicas, [], affinity: null)!;
            var copy = Copy(context.Request, request, shadow, replica);
            _ = Task.Run(() => RunAsync(copy, request.Tokens, shadow, replica));
        }
    }

    private HttpRequestMessage Copy(HttpRequest incoming, GatewayRequest request, VersionPool shadow, Replica replica)
    {
        var copy = new HttpRequestMessage(new HttpMethod(incoming.Method), ReplicaUri.Of(replica, request.Target, shadow.Version, incoming.QueryString))
        {
            Content = request.Body.IsEmpty ? null : new ReadOnlyMemoryContent(request.Body),
        };
        foreach (var name in Copied)
        {
            if (incoming.Headers.TryGetValue(name, out var values) && !copy.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                copy.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }
        copy.Headers.Add(Header, "true");
        copy.Headers.Add(Deadline.Header, options.Timeout.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture));
        return copy;
    }

    private async Task RunAsync(HttpRequestMessage copy, long tokens, VersionPool shadow, Replica replica)
    {
        replica.Begin(tokens);
        try
        {
            using var limit = new CancellationTokenSource(options.Timeout, time);
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, lifetime.ApplicationStopping);
            using var answer = await connections.SendAsync(copy, ends.Token);
            await answer.Content.CopyToAsync(Stream.Null, ends.Token);
            metrics.Shadowed(shadow, $"{(int)answer.StatusCode / 100}xx");
        }
        // Whatever became of it, nobody waits for it.
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            metrics.Shadowed(shadow, "failed");
        }
        finally
        {
            replica.End(tokens);
            Interlocked.Decrement(ref _running);
            copy.Dispose();
        }
    }
}
