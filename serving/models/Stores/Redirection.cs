using System.Net;

namespace ElasticSynapse.Serving.Models;

/// <summary>Follows a store's redirects as a browser does, and not HttpClient, which drops the credentials on every one of them: a
/// hub sends to other addresses of its own, which want them too.</summary>
internal static class Redirection
{
    /// <summary>Redirects of one request that are followed.</summary>
    public const int Most = 10;

    /// <summary>The request that a redirect asks for, with the same headers. Credentials stay with the scheme, host and port that they
    /// were meant for; once left out, they do not come back.</summary>
    /// <returns>Null if the answer is no redirect, or one from https: to something less.</returns>
    public static HttpRequestMessage? Next(HttpRequestMessage request, HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
            || response.Headers.Location is not { } location)
            return null;
        var from = request.RequestUri!;
        if (!Uri.TryCreate(from, location, out var to) || (to.Scheme != Uri.UriSchemeHttps && to.Scheme != from.Scheme))
            return null;
        var next = new HttpRequestMessage(request.Method, to);
        foreach (var header in request.Headers.NonValidated)
        {
            if (header.Key != "Authorization" || IsSameOrigin(from, to))
                next.Headers.TryAddWithoutValidation(header.Key, header.Value.ToString());
        }
        return next;
    }

    private static bool IsSameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Host.Equals(other.Host, StringComparison.OrdinalIgnoreCase) && one.Port == other.Port;
}
