using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>Keeps the %2F of names such as <c>/v1/models/openai-community%2Fgpt2</c>.</summary>
/// <remarks>Kestrel decodes a path except for its encoded slashes, and YARP encodes every percent sign again, so that the
/// upstream would see %252F.</remarks>
internal static class EncodedSlash
{
    public static ValueTask KeepAsync(RequestTransformContext context)
    {
        if (context.Path.Value?.Contains("%2F", StringComparison.OrdinalIgnoreCase) == true)
        {
            var target = RequestUtilities.MakeDestinationAddress(context.DestinationPrefix, context.Path, default).AbsoluteUri
                .Replace("%252F", "%2F", StringComparison.OrdinalIgnoreCase);
            context.ProxyRequest.RequestUri = new Uri(target + context.Query.QueryString.ToUriComponent());
        }
        return ValueTask.CompletedTask;
    }
}
