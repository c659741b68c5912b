using System.Collections.Concurrent;
using ElasticSynapse.Gateway.Catalogue;

namespace ElasticSynapse.Gateway.Replicas;

/// <summary>One replica as this gateway knows it. Lives as long as its address stays in the catalogue, whatever else changes there.</summary>
internal sealed class Replica
{
    // What one request of another gateway is taken to cost, in tokens.
    private const double TokensOfAnotherRequest = 64;

    private readonly TimeProvider _time;
    private readonly TimeSpan _reportMaxAge;
    private int _requests;
    private long _tokens;
    private volatile ReplicaReport? _report;
    private volatile ReplicaHealth _health;

    public Replica(ReplicaAddress address, ReplicaOptions options, OutlierOptions outliers, TimeProvider time)
    {
        Address = address;
        // YARP puts path and query behind it.
        Prefix = address.Address.AbsoluteUri;
        Authority = Prefix.TrimEnd('/');
        NameHash = StableHash.Of(Prefix);
        Outlier = new OutlierDetector(outliers, time);
        _time = time;
        _reportMaxAge = options.ReportMaxAge;
    }

    public ReplicaAddress Address { get; }

    public string Prefix { get; }

    /// <summary>The addresses of known paths behind it.</summary>
    public ConcurrentDictionary<string, Uri> Uris { get; } = new(StringComparer.Ordinal);

    /// <summary>The address as errors and headers show it.</summary>
    public string Authority { get; }

    public ulong NameHash { get; }

    public OutlierDetector Outlier { get; }

    public ReplicaHealth Health
    {
        get => _health;
        set => _health = value;
    }

    /// <summary>Requests of this gateway that run there now.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public ReplicaReport? Report
    {
        get => _report;
        set => _report = value;
    }

    /// <summary>Whether a request may go there.</summary>
    public bool CanServe => _health != ReplicaHealth.NotReady && !Outlier.IsEjected;

    /// <summary>Whether a request should go there while there are others.</summary>
    public bool IsAvailable => CanServe && !Address.Terminating;

    /// <summary>Work in tokens that a new request would wait for: ours exactly, the others' as the replica reports it, and
    /// more of both where the KV cache fills up and requests have to wait for room.</summary>
    public double ExpectedWork
    {
        get
        {
            var report = _report;
            if (report is null || _time.GetElapsedTime(report.TakenAt) > _reportMaxAge)
            {
                return Volatile.Read(ref _tokens);
            }
            var others = Math.Max(0, report.Requests - Requests);
            return (Volatile.Read(ref _tokens) + (others * TokensOfAnotherRequest)) * (1 + report.CacheUse);
        }
    }

    /// <summary>Counts a request of <paramref name="tokens"/> in; <see cref="End"/> counts it out.</summary>
    public void Begin(long tokens)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _tokens, tokens);
    }

    public void End(long tokens)
    {
        Interlocked.Decrement(ref _requests);
        Interlocked.Add(ref _tokens, -tokens);
    }
}
