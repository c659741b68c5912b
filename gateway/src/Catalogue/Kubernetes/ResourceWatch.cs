using System.Text.Json;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>Keeps a copy of all objects of one resource: lists once, then watches, and lists again when the API server no
/// longer knows where the watch was. While the API server can't be reached, the copy stays as it is.</summary>
internal sealed partial class ResourceWatch(
    KubernetesClient client, WatchedResource resource, KubernetesOptions options, Action changed, Draws draws, TimeProvider time, ILogger<ResourceWatch> logger)
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    // A watch that lived for so long was no failure, whatever ended it; one that is to be shorter need not.
    private readonly TimeSpan _watchSettled = options.WatchTimeout / 2 < Settled ? options.WatchTimeout / 2 : Settled;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonElement> _objects = [];
    private DateTimeOffset _lastContact = time.GetUtcNow();
    private bool _isListed;
    private string? _resourceVersion;
    private int _failures;
    private string? _told;
    private long? _listedAgainAt;
    private long? _watchBegan;

    /// <summary>The objects by name; null before the first list.</summary>
    public IReadOnlyList<JsonElement>? Objects
    {
        get
        {
            lock (_lock)
            {
                return _isListed ? [.. _objects.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => item.Value)] : null;
            }
        }
    }

    /// <summary>When the API server last said something, if only that nothing has changed; before it ever did, when this began.</summary>
    /// <remarks>An API server that is frozen keeps its connections: only what comes through them counts.</remarks>
    public DateTimeOffset ConfirmedAt
    {
        get
        {
            lock (_lock)
            {
                return _lastContact;
            }
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            _watchBegan = null;
            try
            {
                if (_resourceVersion is null)
                {
                    await ListAsync(cancellationToken);
                }
                if (!await WatchAsync(cancellationToken) && !HasSettled)
                {
                    await WaitAsync("the watch ends as soon as it begins", null, cancellationToken);
                    continue;
                }
                Succeeded();
            }
            catch (KubernetesException exception) when (exception.IsGone)
            {
                _resourceVersion = null;
                if (_listedAgainAt is { } at && time.GetElapsedTime(at) < Settled)
                {
                    await WaitAsync(exception.Message, null, cancellationToken);
                }
                else if (_told is null)
                {
                    ListsAgain(logger, resource.Plural);
                }
                _listedAgainAt = time.GetTimestamp();
            }
            // Whatever goes wrong with one answer: the copy serves on, and the next answer may be better.
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                _failures = HasSettled ? 0 : _failures;
                await WaitAsync(exception.Message, (exception as KubernetesException)?.RetryAfter, cancellationToken);
            }
        }
    }

    private bool HasSettled => _watchBegan is { } began && time.GetElapsedTime(began) >= _watchSettled;

    // One line a spell, and one for each other reason in it.
    private Task WaitAsync(string reason, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        _failures++;
        var wait = BackOff(_failures, retryAfter);
        if (reason != _told)
        {
            _told = reason;
            Failed(logger, resource.Plural, reason);
        }
        return Task.Delay(wait, time, cancellationToken);
    }

    private void Succeeded()
    {
        _failures = 0;
        if (_told is not null)
        {
            _told = null;
            Recovered(logger, resource.Plural);
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
            _isListed = true;
            _lastContact = time.GetUtcNow();
        }
        changed();
    }

    /// <returns>Whether it brought a change.</returns>
    private async Task<bool> WatchAsync(CancellationToken cancellationToken)
    {
        var hasChange = false;
        await foreach (var change in client.WatchAsync(resource, _resourceVersion!, Heard, cancellationToken))
        {
            lock (_lock)
            {
                _lastContact = time.GetUtcNow();
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
            hasChange = true;
            Succeeded();
            changed();
        }
        return hasChange;
    }

    private void Heard()
    {
        _watchBegan = time.GetTimestamp();
        lock (_lock)
        {
            _lastContact = time.GetUtcNow();
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

    [LoggerMessage(LogLevel.Warning, "{Resource} can't be watched, what was known of them stays in effect, and it is tried again ever less often: {Reason}")]
    private static partial void Failed(ILogger logger, string resource, string reason);

    [LoggerMessage(LogLevel.Information, "{Resource} are watched again")]
    private static partial void Recovered(ILogger logger, string resource);
}
