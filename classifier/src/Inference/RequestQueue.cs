using System.Diagnostics.CodeAnalysis;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>
/// Requests that wait for workers. Workers take one sequence of each request in turn, so a request with one text does not wait
/// for all of another's. How much may wait is decided at admission, not here.
/// </summary>
internal sealed class RequestQueue
{
    private readonly object _gate = new();
    private readonly Queue<QueuedRequest> _requests = new();
    private int _waiting;
    private bool _isClosed;

    /// <summary>Sequences that no worker has taken, of requests that are over too until a worker meets them.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting;
            }
        }
    }

    /// <exception cref="ApiException">The queue is closed.</exception>
    public void Add(QueuedRequest request)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw Closed();
            }
            _requests.Enqueue(request);
            _waiting += request.Waiting;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for a sequence to run. A request that is over is dropped with all its sequences.</summary>
    /// <returns>False once the queue is closed.</returns>
    public bool TryTake([NotNullWhen(true)] out QueuedRequest? request, out int index)
    {
        lock (_gate)
        {
            while (!_isClosed)
            {
                while (_requests.TryDequeue(out request))
                {
                    if (request.IsOver)
                    {
                        _waiting -= request.Waiting;
                        continue;
                    }
                    index = request.TakeNext();
                    _waiting--;
                    if (request.Waiting > 0)
                    {
                        _requests.Enqueue(request);
                    }
                    return true;
                }
                Monitor.Wait(_gate);
            }
        }
        (request, index) = (null, 0);
        return false;
    }

    /// <summary>Sends the workers home; what still waits fails.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_requests.TryDequeue(out var request))
            {
                request.Fail(Closed());
            }
            _waiting = 0;
            Monitor.PulseAll(_gate);
        }
    }

    private static ApiException Closed() => new(ErrorKind.NotReady, "the server is shutting down");
}
