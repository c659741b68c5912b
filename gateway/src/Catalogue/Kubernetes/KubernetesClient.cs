using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>As much of the Kubernetes API as the gateway needs: list and watch, scale from zero, tell of an event.</summary>
/// <remarks>kubernetes.io, "Kubernetes API Concepts": chunked lists, efficient detection of changes, bookmarks.</remarks>
internal sealed class KubernetesClient : IDisposable
{
    private const string ScaleRule = "{apiGroups: [\"apps\"], resources: [\"deployments/scale\"], verbs: [\"patch\"]}";
    private const string EventRule = "{apiGroups: [\"\"], resources: [\"events\"], verbs: [\"create\"]}";

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    // Every object of ours carries it; those of others don't cost us anything.
    private const string Selector = "elastic-synapse.io/model";

    private readonly KubernetesOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    public KubernetesClient(KubernetesOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) };
        if (options.ApiServer.Scheme == Uri.UriSchemeHttps)
        {
            handler.SslOptions = TrustingOnly(options.CertificateAuthorityFile);
        }
        // A watch is silent for minutes; each request has its own limit.
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Every object, page by page.</summary>
    /// <returns>The objects, and the version from which a watch goes on.</returns>
    public async Task<(IReadOnlyList<JsonElement> Items, string ResourceVersion)> ListAsync(WatchedResource resource, CancellationToken cancellationToken)
    {
        var items = new List<JsonElement>();
        var next = "";
        while (true)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(RequestTimeout);
            var query = string.Create(CultureInfo.InvariantCulture, $"limit={_options.PageSize}") + (next.Length > 0 ? $"&continue={Uri.EscapeDataString(next)}" : "");
            using var answer = await GetAsync(resource, query, limit.Token);
            using var page = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(limit.Token));
            var metadata = page.RootElement.GetProperty("metadata");
            if (page.RootElement.GetProperty("items") is { ValueKind: JsonValueKind.Array } list)
            {
                items.AddRange(list.EnumerateArray().Select(item => item.Clone()));
            }
            next = metadata.TryGetProperty("continue", out var more) ? more.GetString() ?? "" : "";
            if (next.Length == 0)
            {
                return (items, metadata.GetProperty("resourceVersion").GetString()!);
            }
        }
    }

    /// <summary>Changes after <paramref name="resourceVersion"/>, until the API server ends the watch.</summary>
    /// <param name="connected">Called when the watch has begun.</param>
    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        WatchedResource resource, string resourceVersion, Action connected, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // One that the server has forgotten about.
        limit.CancelAfter(_options.WatchTimeout + RequestTimeout);
        var query = string.Create(CultureInfo.InvariantCulture,
            $"watch=true&allowWatchBookmarks=true&timeoutSeconds={_options.WatchTimeout.TotalSeconds:0}&resourceVersion={Uri.EscapeDataString(resourceVersion)}");
        using var answer = await GetAsync(resource, query, limit.Token);
        connected();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Length > 0)
            {
                yield return Parse(line);
            }
        }
    }

    /// <summary>Gives a Deployment its first replica.</summary>
    public Task ScaleToOneAsync(string deployment, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Patch,
        $"/apis/apps/v1/namespaces/{_options.Namespace}/deployments/{Uri.EscapeDataString(deployment)}/scale",
        JsonContent.Create(new { spec = new { replicas = 1 } }, new MediaTypeHeaderValue("application/merge-patch+json")),
        ScaleRule,
        cancellationToken);

    /// <summary>A warning that <c>kubectl describe service</c> and <c>kubectl get events</c> show.</summary>
    public Task CreateEventAsync(string service, string reason, string message, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return SendAsync(
            HttpMethod.Post,
            $"/api/v1/namespaces/{_options.Namespace}/events",
            JsonContent.Create(new
            {
                apiVersion = "v1",
                kind = "Event",
                metadata = new { generateName = $"{service}.", @namespace = _options.Namespace },
                involvedObject = new { apiVersion = "v1", kind = "Service", name = service, @namespace = _options.Namespace },
                type = "Warning",
                reason,
                // The API server refuses more.
                message = message[..Math.Min(message.Length, 1024)],
                source = new { component = "elastic-synapse-gateway" },
                firstTimestamp = now,
                lastTimestamp = now,
                count = 1,
            }),
            EventRule,
            cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private async Task SendAsync(HttpMethod method, string path, HttpContent content, string rule, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(RequestTimeout);
        using var request = new HttpRequestMessage(method, new Uri(_options.ApiServer, path)) { Content = content };
        using var answer = await SendAsync(request, rule, limit.Token);
    }

    private static WatchEvent Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        var type = document.RootElement.GetProperty("type").GetString()!;
        var item = document.RootElement.GetProperty("object").Clone();
        return type != "ERROR" ? new WatchEvent(type, item) : throw new KubernetesException(
            item.TryGetProperty("code", out var code) ? code.GetInt32() : StatusCodes.Status500InternalServerError,
            item.TryGetProperty("message", out var message) ? message.GetString()! : "the watch failed");
    }

    private async Task<HttpResponseMessage> GetAsync(WatchedResource resource, string query, CancellationToken cancellationToken)
    {
        var path = resource.Path(_options.Namespace!);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_options.ApiServer, $"{path}?labelSelector={Uri.EscapeDataString(Selector)}&{query}"));
        return await SendAsync(request, resource.Rule, cancellationToken);
    }

    /// <param name="rule">The RBAC rule that it takes.</param>
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string rule, CancellationToken cancellationToken)
    {
        if (File.Exists(_options.TokenFile))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(_options.TokenFile, cancellationToken)).Trim());
        }
        var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }
        using (answer)
        {
            throw Explain(request.RequestUri!.AbsolutePath, rule, answer, await answer.Content.ReadAsStringAsync(cancellationToken));
        }
    }

    private KubernetesException Explain(string path, string rule, HttpResponseMessage answer, string body)
    {
        var status = (int)answer.StatusCode;
        var said = $"the API server answers {status} to {path}: {Message(body)}";
        return new KubernetesException(
            status,
            status switch
            {
                StatusCodes.Status401Unauthorized => $"{said}; the token in {_options.TokenFile} is missing, expired or of another cluster",
                StatusCodes.Status403Forbidden => $"{said}; the gateway's service account needs a Role in {_options.Namespace} with the rule {rule}",
                _ => said,
            },
            answer.Headers.RetryAfter?.Delta);
    }

    private static string Message(string body)
    {
        try
        {
            using var status = JsonDocument.Parse(body);
            return status.RootElement.GetProperty("message").GetString() ?? "";
        }
        // A proxy in between has its own pages.
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return Serving.Hosting.Errors.Excerpt.Of(body);
        }
    }

    private static SslClientAuthenticationOptions TrustingOnly(string certificateAuthorityFile)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(certificateAuthorityFile);
        return new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
    }
}
