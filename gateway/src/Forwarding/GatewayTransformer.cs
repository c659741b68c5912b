using System.Globalization;
using System.Net.Http.Headers;
using ElasticSynapse.Gateway.Callers;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Hedging;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Retries;
using ElasticSynapse.Gateway.Telemetry;
using ElasticSynapse.Gateway.Versions;
using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>What differs between the client's side and the replica's: path, some headers, and answers that are not passed on
/// because another try follows. All else passes; YARP itself leaves out the hop-by-hop headers.</summary>
internal sealed class GatewayTransformer(
    UpstreamNames names, StreamingOptions streaming, HedgingOptions hedging, UpstreamOptions upstreams, RequestMetrics metrics, TimeProvider time) : HttpTransformer
{
    public const string ServedBy = "x-served-by";

    public const string ModelName = "x-model-name";
    private const string EventStream = "text/event-stream";
    private const string AccelBuffering = "X-Accel-Buffering";

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var request = GatewayRequest.Of(httpContext);
        if (!request.Body.IsEmpty)
        {
            // In one piece with the headers, for it is all there: YARP's own content sends those ahead.
            proxyRequest.Content = new ReadOnlyMemoryContent(request.Body);
        }
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var tries = request.Tries;
        var incoming = httpContext.Request;
        proxyRequest.RequestUri = ReplicaUri.Of(tries.Replica, request.Target, request.Version.Version, incoming.QueryString);

        var headers = proxyRequest.Headers;
        LeaveOutConnectionHeaders(incoming, headers);
        // The replica's own Host, and what a caller claims about itself is not passed on as our word.
        headers.Host = null;
        if (request.Caller is not null)
        {
            // The key is for this gateway alone.
            headers.Remove(HeaderNames.Authorization);
        }
        Replace("X-Forwarded-For", httpContext.Connection.RemoteIpAddress?.ToString());
        Replace("X-Forwarded-Proto", incoming.Scheme);
        Replace("X-Forwarded-Host", incoming.Host.ToUriComponent());
        Replace(Deadline.Header, tries.Deadline.LeftMilliseconds.ToString(CultureInfo.InvariantCulture));
        if (proxyRequest.Content is { } content && incoming.ContentLength != request.Body.Length)
        {
            content.Headers.ContentLength = request.Body.Length;
        }
        if (hedging.Enabled && tries.Version is { Model.Kind: ModelKind.Classifier, Replicas.Length: > 1 } version
            && version.Record.AnswerTimes.Percentile95 is { } slow)
        {
            proxyRequest.Options.Set(Hedge.Key, new Hedge(request, tries, incoming.QueryString, slow > hedging.MinimumDelay ? slow : hedging.MinimumDelay));
        }

        tries.BeginWait();

        void Replace(string name, string? value)
        {
            headers.Remove(name);
            if (!string.IsNullOrEmpty(value))
            {
                headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    /// <returns>False for an answer that nobody gets to see.</returns>
    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        }
        var request = GatewayRequest.Of(httpContext);
        var tries = request.Tries;
        tries.Timer.AnswerBegins();
        if (RetryRules.Judge((int)proxyResponse.StatusCode) is var failure and not TryFailure.None)
        {
            tries.Fail(failure, RetryAfter(proxyResponse));
            if (tries.WillRetry)
            {
                return false;
            }
        }
        else if (AnswerBuffer.Suits(proxyResponse))
        {
            tries.Answer = await AnswerBuffer.FillAsync(proxyResponse, cancellationToken);
            if (request.IsCharged && tries.Answer is { } answer)
            {
                Settle(request, AnswerUsage.Read(answer.Span, request.PromptTokens));
            }
            if (tries.Version.Model.Kind == ModelKind.Classifier)
            {
                var taken = tries.FirstTokenCame();
                if (hedging.Enabled)
                {
                    tries.Version.Record.AnswerTimes.Add(taken);
                }
            }
        }
        else if (proxyResponse.Content.Headers.Is(EventStream))
        {
            var keepAlive = IsPlain(proxyResponse.Content.Headers) ? streaming.KeepAlive : TimeSpan.Zero;
            proxyResponse.Replace(new EventStreamBody(
                await proxyResponse.Content.ReadAsStreamAsync(cancellationToken), keepAlive, upstreams.ActivityTimeout, time,
                metrics.TimesOf(tries.Version, request.Clock), () => FirstEventCame(tries), request.IsCharged ? events => Settle(request, AnswerUsage.ReadEvents(events, request.PromptTokens)) : null));
        }
        tries.EndWait();
        var passes = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        SetAnswerHeaders(httpContext, tries);
        if (tries.Answer is { } whole)
        {
            // ForwardingStage sends it.
            httpContext.Response.ContentLength = whole.Length;
            return false;
        }
        return passes;
    }

    // What its caller was charged before, as far as the answer tells what it was worth.
    private static void Settle(GatewayRequest request, long? used)
    {
        if (used is { } known)
        {
            request.Used(known);
        }
    }

    private static void FirstEventCame(RequestTries tries)
    {
        tries.FirstTokenCame();
        tries.StreamBegins();
    }

    private void SetAnswerHeaders(HttpContext context, RequestTries tries)
    {
        var headers = context.Response.Headers;
        var version = tries.Version;
        if (version.Model.IsUpstream)
        {
            names.Learn(tries.Replica, headers[ModelName], headers[VersionRouting.VersionHeader]);
        }
        else
        {
            // Its own word, where it gives it: a replica that serves something else than the catalogue says is a mistake to be seen.
            headers.TryAdd(ModelName, version.Model.Name);
            headers.TryAdd(VersionRouting.VersionHeader, version.Version);
        }
        headers[ServedBy] = tries.Replica.Address.Name;
        if (context.Response.StatusCode == StatusCodes.Status204NoContent)
        {
            // RFC 9110, 8.6: it has none, and Kestrel would wait for as much.
            headers.ContentLength = null;
        }

        // The replica echoes the id that it was sent, beside our own echo.
        headers[RequestIds.Header] = context.TraceIdentifier;

        // nginx and its like would otherwise hold tokens back until a buffer is full.
        if (headers.ContentType.ToString().StartsWith(EventStream, StringComparison.OrdinalIgnoreCase))
        {
            headers[AccelBuffering] = "no";
        }
    }

    // Nothing can be put in between the bytes of a compressed one, or of one whose length is known.
    private static bool IsPlain(HttpContentHeaders headers) =>
        headers is { ContentLength: null, ContentEncoding.Count: 0 };

    private static void LeaveOutConnectionHeaders(HttpRequest incoming, HttpRequestHeaders headers)
    {
        // Kestrel has already dealt with Expect; sent on, it would hold each body back until the replica says 100.
        headers.Remove(HeaderNames.Expect);

        // RFC 9110, 7.6.1: headers that Connection names are meant for this hop only.
        if (incoming.Headers.Connection.Count == 0)
        {
            return;
        }
        foreach (var name in incoming.Headers.GetCommaSeparatedValues(HeaderNames.Connection))
        {
            if (!name.Equals(RequestIds.Header, StringComparison.OrdinalIgnoreCase))
            {
                headers.Remove(name);
            }
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        // A date is for whoever comes back later.
        { Date: not null } => TimeSpan.MaxValue,
        _ => null,
    };
}
