using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>Headers that differ between the client's side and the upstream's. All others pass; YARP itself leaves out the
/// hop-by-hop ones, sends the upstream's Host and sets X-Forwarded-For, -Proto and -Host.</summary>
internal static class HeaderTransforms
{
    private const string EventStream = "text/event-stream";
    private const string AccelBuffering = "X-Accel-Buffering";

    public static void Add(TransformBuilderContext context)
    {
        context.AddRequestTransform(LeaveOutConnectionHeaders);
        context.AddResponseTransform(SetAnswerHeaders);
    }

    private static ValueTask LeaveOutConnectionHeaders(RequestTransformContext context)
    {
        // Kestrel has already dealt with Expect; sent on, it would hold each body back until the upstream says 100.
        RequestTransform.RemoveHeader(context, HeaderNames.Expect);

        // RFC 9110, 7.6.1: headers that Connection names are meant for this hop only.
        foreach (var name in context.HttpContext.Request.Headers.GetCommaSeparatedValues(HeaderNames.Connection))
        {
            if (!name.Equals(RequestIds.Header, StringComparison.OrdinalIgnoreCase))
            {
                RequestTransform.RemoveHeader(context, name);
            }
        }
        return ValueTask.CompletedTask;
    }

    private static ValueTask SetAnswerHeaders(ResponseTransformContext context)
    {
        var headers = context.HttpContext.Response.Headers;

        // The upstream echoes the id that it was sent, beside our own echo.
        headers[RequestIds.Header] = context.HttpContext.TraceIdentifier;

        // nginx and its like would otherwise hold tokens back until a buffer is full.
        if (headers.ContentType.ToString().StartsWith(EventStream, StringComparison.OrdinalIgnoreCase))
        {
            headers[AccelBuffering] = "no";
        }
        return ValueTask.CompletedTask;
    }
}
