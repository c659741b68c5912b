using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Requests;
using Yarp.ReverseProxy.Forwarder;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>Where a request goes: the replica's address, the path behind it, the query as it came.</summary>
internal static class ReplicaUri
{
    /// <param name="version">The one that the path names, where it names any.</param>
    public static Uri Of(Replica replica, RequestTarget target, string version, QueryString query) =>
        // Made once for each of the few paths that most requests have.
        !query.HasValue && KnownPaths.IsKnown(target)
            ? replica.Uris.GetOrAdd(target.Path, static (path, prefix) => Of(prefix, path, default), replica.Prefix)
            : Of(replica.Prefix, target.PathFor(version), query);

    /// <remarks>Kestrel decodes a path except for its encoded slashes, and YARP encodes every percent sign again: without
    /// more ado the replica would see the %252F of names such as <c>/v1/models/openai-community%2Fgpt2</c>.</remarks>
    private static Uri Of(string prefix, PathString path, QueryString query)
    {
        if (!path.Value!.Contains("%2F", StringComparison.OrdinalIgnoreCase))
        {
            return RequestUtilities.MakeDestinationAddress(prefix, path, query);
        }
        var target = RequestUtilities.MakeDestinationAddress(prefix, path, default).AbsoluteUri
            .Replace("%252F", "%2F", StringComparison.OrdinalIgnoreCase);
        return new Uri(target + query.ToUriComponent());
    }
}
