using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>
/// Requests that wait for workers. One sequence of each request stands in line in turn, so a request with one text does not wait
/// for all of another's. Workers take the first in line, with those behind it that fit into its run. How much may wait is
/// decided at admission, not here.
/// </summary>
/// <param name="policy">What shares a run.</param>
/// <param name="workers">That take sequences: none takes what would leave others idle.</param>
internal sealed class RequestQueue(BatchPolicy policy, int workers = 1)
{
    private readonly object _gate = new();
    private readonly Queue<(QueuedRequest Request, long Arrived)> _requests = new();
    private readonly List<QueuedSequence> _line = new(policy.MaxTexts); // the oldest first; what runs next is chosen among these
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
            _requests.Enqueue((request, Stopwatch.GetTimestamp()));
            _waiting += request.Waiting;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for sequences to run. A request that is over is dropped with all its sequences.</summary>
    /// <param name="batch">What shares the run: one sequence, or as many as the policy has room for.</param>
    /// <returns>False once the queue is closed.</returns>
    public bool TryTake([NotNullWhen(true)] out QueuedSequence[]? batch)
    {
        lock (_gate)
        {
            while (!_isClosed)
            {
                DropWhatIsOver();
                LineUp();
                if (_line.Count == 0)
                {
                    Monitor.Wait(_gate);
                    continue;
                }
                int[] lengths = [.. _line.Select(queued => queued.Sequence.Length)];
                var delay = policy.Delay(lengths.Length, lengths.Sum(), Stopwatch.GetElapsedTime(_line[0].Arrived));
                if (delay > TimeSpan.Zero)
                {
                    Monitor.Wait(_gate, (int)Math.Ceiling(delay.TotalMilliseconds));
                    continue;
                }
                batch = Take(BatchChoice.Of(lengths, policy, maxTexts: (_waiting + workers - 1) / workers));
                return true;
            }
        }
        batch = null;
        return false;
    }

    /// <summary>Sends the workers home; what still waits fails.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (var request in _line.Select(queued => queued.Request).Concat(_requests.Select(queued => queued.Request)))
            {
                request.Fail(Closed());
            }
            _line.Clear();
            _requests.Clear();
            _waiting = 0;
            Monitor.PulseAll(_gate);
        }
    }

    private void DropWhatIsOver() => _waiting -= _line.RemoveAll(queued => queued.Request.IsOver);

    private void LineUp()
    {
        while (_line.Count < policy.MaxTexts && _requests.TryDequeue(out var next))
        {
            var (request, arrived) = next;
            if (request.IsOver)
            {
                _waiting -= request.Unlined;
                continue;
            }
            _line.Add(new QueuedSequence(request, request.LineUp(), arrived));
            if (request.Unlined > 0)
            {
                _requests.Enqueue(next);
            }
        }
    }

    private QueuedSequence[] Take(int[] places)
    {
        QueuedSequence[] batch = [.. places.Select(place => _line[place])];
        foreach (var place in places.OrderDescending())
        {
            _line.RemoveAt(place);
        }
        foreach (var queued in batch)
        {
            queued.Request.Take();
        }
        _waiting -= batch.Length;
        return batch;
    }

    private static ApiException Closed() => new(ErrorKind.NotReady, "the server is shutting down");
}
