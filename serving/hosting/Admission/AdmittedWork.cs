using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Model;

namespace ElasticSynapse.Serving.Hosting.Admission;

/// <summary>
/// The work that was let in and has not ended, in items and in tokens. What exceeds a limit is refused at once, with the time
/// after which it would have room, from the rate at which work has been ending while more waited. Thread-safe.
/// </summary>
/// <param name="owner">The model whose limits they are.</param>
/// <param name="items">Limit of items.</param>
/// <param name="tokens">Limit of tokens.</param>
/// <param name="running">Items that run at a time, as far as they come; more have to wait.</param>
/// <param name="time">Measures the rate.</param>
public sealed class AdmittedWork(ModelIdentity owner, AdmissionLimit items, AdmissionLimit tokens, int running, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly WorkRate _itemRate = new(time);
    private readonly WorkRate _tokenRate = new(time);
    private long _items;
    private long _tokens;

    /// <summary>Items that wait or run.</summary>
    public long Items
    {
        get
        {
            lock (_lock)
            {
                return _items;
            }
        }
    }

    /// <summary>Refuses work that is larger than a limit and so could never be let in. Cheap: a body of a few megabytes can ask
    /// for a hundred million sequences.</summary>
    /// <exception cref="ApiException">It is too large.</exception>
    public void CheckSize(long itemCount, long tokenCount)
    {
        Check(items, itemCount);
        Check(tokens, tokenCount);

        void Check(AdmissionLimit limit, long asked)
        {
            if (asked > limit.Most)
            {
                throw new ApiException(ErrorKind.InvalidRequest, string.Create(CultureInfo.InvariantCulture,
                    $"the request asks for {asked:N0} {limit.Unit}; {owner} admits {limit.Most:N0} at a time ({limit.Option})"));
            }
        }
    }

    /// <summary>Lets all of the work in, or none.</summary>
    /// <exception cref="ApiException">There is no room now.</exception>
    public void Enter(int itemCount, long tokenCount)
    {
        lock (_lock)
        {
            Check(items, _items, itemCount, _itemRate);
            Check(tokens, _tokens, tokenCount, _tokenRate);
            _items += itemCount;
            _tokens += tokenCount;
            if (_items > running)
            {
                _itemRate.WorkWaits();
                _tokenRate.WorkWaits();
            }
        }

        void Check(AdmissionLimit limit, long admitted, long asked, WorkRate rate)
        {
            if (admitted + asked > limit.Most)
            {
                throw new ApiException(ErrorKind.Overloaded, string.Create(CultureInfo.InvariantCulture,
                    $"{admitted:N0} {limit.Unit} are waiting or running; {owner} admits {limit.Most:N0} ({limit.Option})"))
                { RetryAfterSeconds = rate.RetryAfterSeconds(admitted + asked - limit.Most) };
            }
        }
    }

    /// <summary>Ends work that was let in, finished or not.</summary>
    public void Leave(int itemCount, long tokenCount)
    {
        lock (_lock)
        {
            _items -= itemCount;
            _tokens -= tokenCount;
            _itemRate.End(itemCount, isLast: _items <= running);
            _tokenRate.End(tokenCount, isLast: _items <= running);
        }
    }
}
