using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.Drain;

/// <summary>While the server drains each answer is its connection's last: <c>Connection: close</c>, or HTTP/2's GOAWAY. A client
/// that keeps its connection is known to no load balancer's list of endpoints; it has to be sent to another pod before the
/// port closes, or its next request crosses the closing and is lost.</summary>
internal sealed class DrainingConnections(RequestDelegate next, DrainService drain)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (drain.IsDraining)
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
        return next(context);
    }
}
