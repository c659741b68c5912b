using System.Diagnostics;
using System.Net.Http.Headers;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>Tells replicas which trace a call belongs to, where no span is made of the call itself: the caller's trace goes on even
/// if this gateway's part of it is not kept.</summary>
internal sealed class TracePassing(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Activity.Current is { } span)
        {
            DistributedContextPropagator.Current.Inject(span, request.Headers, Set);
        }
        return base.SendAsync(request, cancellationToken);
    }

    private static void Set(object? carrier, string name, string value)
    {
        var headers = (HttpRequestHeaders)carrier!;
        // The client's own, if it sent one.
        headers.Remove(name);
        headers.TryAddWithoutValidation(name, value);
    }
}
