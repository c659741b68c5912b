using System.Text.Json;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>Keeps a copy of all objects of one resource: lists once, then watches, and lists again when the API server no
/// longer knows where the watch was. While the API server can't be reached, the copy stays as it is.</summary>
internal sealed partial class ResourceWatch(
    KubernetesClient client, WatchedResource resource, Action changed, Draws draws, TimeProvider time, ILogger<ResourceWatch> logger)
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonElement> _objects = [];
    private volatile bool _connected;
    private DateTimeOffset _lastContact;
    private string? _resourceVersion;

    /// <summary>The objects by name; null before the first list.</summary>
    public IReadOnlyList<JsonElement>? Objects
    {
        get
        {
            lock (_lock)
            {
                return _lastContact == default ? null : [.. _objects.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => item.Value)];
            }
        }
    }

    /// <summary>Until when the copy is known to be complete: now, while a watch runs.</summary>
    public DateTimeOffset ConfirmedAt => _connected ? time.GetUtcNow() : _lastContact;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (_resourceVersion is null)
                {
                    await ListAsync(cancellationToken);
                }
                await WatchAsync(() => failures = 0, cancellationToken);
            }
            catch (KubernetesException exception) when (exception.IsGone)
            {
                ListsAgain(logger, resource.Plural);
                _resourceVersion = null;
            }
            // Whatever goes wrong with one answer: the copy serves on, and the next answer may be better.
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                failures++;
                var wait = BackOff(failures, (exception as KubernetesException)?.RetryAfter);
                Failed(logger, resource.Plural, exception.Message, wait.TotalSeconds);
                await Task.Delay(wait, time, cancellationToken);
            }
            finally
            {
                Disconnected();
            }
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var (items, resourceVersion) = await client.ListAsync(resource, cancellationToken);
        lock (_lock)
        {
            _objects.Clear();
            foreach (var item in items)
            {
                _objects[item.GetProperty("metadata").GetProperty("name").GetString()!] = item;
            }
            _resourceVersion = resourceVersion;
            _lastContact = time.GetUtcNow();
        }
        changed();
    }

    private async Task WatchAsync(Action succeeded, CancellationToken cancellationToken)
    {
        var events = client.WatchAsync(resource, _resourceVersion!, () => _connected = true, cancellationToken);
        await foreach (var change in events)
        {
            succeeded();
            lock (_lock)
            {
                _resourceVersion = change.ResourceVersion;
                switch (change.Type)
                {
                    case "ADDED" or "MODIFIED":
                        _objects[change.Name] = change.Object;
                        break;
                    case "DELETED":
                        _objects.Remove(change.Name);
                        break;
                    default:
                        // BOOKMARK: only the version has moved on.
                        continue;
                }
            }
            changed();
        }
    }

    private void Disconnected()
    {
        if (_connected)
        {
            _lastContact = time.GetUtcNow();
            _connected = false;
        }
    }

    // The API server asks for a time when it is overloaded; else doubling, jittered, so that gateways don't come back together.
    private TimeSpan BackOff(int failures, TimeSpan? retryAfter)
    {
        var backOff = FirstBackOff * Math.Pow(2, Math.Min(failures - 1, 10)) * (0.5 + draws.NextFraction());
        var wait = backOff < LongestBackOff ? backOff : LongestBackOff;
        return retryAfter > wait ? retryAfter.Value : wait;
    }

    [LoggerMessage(LogLevel.Information, "the watch of {Resource} is too far behind: they are listed again")]
    private static partial void ListsAgain(ILogger logger, string resource);

    [LoggerMessage(LogLevel.Warning, "{Resource} can't be watched, what was known of them stays in effect: {Reason}; next try in {Seconds} s")]
    private static partial void Failed(ILogger logger, string resource, string reason, double seconds);
}
