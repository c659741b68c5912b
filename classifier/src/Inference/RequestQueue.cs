using System.Diagnostics.CodeAnalysis;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>
/// Requests that wait for workers, bounded by their texts. Workers take one text of each request in turn, so a request with
/// one text does not wait for all of another's.
/// </summary>
internal sealed class RequestQueue(int maxTexts)
{
    private readonly object _gate = new();
    private readonly Queue<QueuedRequest> _requests = new();
    private int _waitingTexts;
    private bool _isClosed;

    public int WaitingTexts
    {
        get
        {
            lock (_gate)
            {
                return _waitingTexts;
            }
        }
    }

    /// <summary>False if the request's texts do not all fit; then none is taken.</summary>
    /// <exception cref="ApiException">The queue is closed.</exception>
    public bool TryAdd(QueuedRequest request)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw Closed();
            }
            if (_waitingTexts + request.Waiting > maxTexts)
            {
                DropOver();
            }
            if (_waitingTexts + request.Waiting > maxTexts)
            {
                return false;
            }
            _requests.Enqueue(request);
            _waitingTexts += request.Waiting;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Waits for a text to run. A request that is over is dropped with all its texts.</summary>
    /// <returns>False once the queue is closed.</returns>
    public bool TryTake([NotNullWhen(true)] out QueuedRequest? request, out int text)
    {
        lock (_gate)
        {
            while (!_isClosed)
            {
                while (_requests.TryDequeue(out request))
                {
                    if (request.IsOver)
                    {
                        _waitingTexts -= request.Waiting;
                        continue;
                    }
                    text = request.TakeNext();
                    _waitingTexts--;
                    if (request.Waiting > 0)
                    {
                        _requests.Enqueue(request);
                    }
                    return true;
                }
                Monitor.Wait(_gate);
            }
        }
        (request, text) = (null, 0);
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
            _waitingTexts = 0;
            Monitor.PulseAll(_gate);
        }
    }

    private void DropOver()
    {
        for (var left = _requests.Count; left > 0; left--)
        {
            var request = _requests.Dequeue();
            if (request.IsOver)
            {
                _waitingTexts -= request.Waiting;
            }
            else
            {
                _requests.Enqueue(request);
            }
        }
    }

    private static ApiException Closed() => new(ErrorKind.NotReady, "the server is shutting down");
}
