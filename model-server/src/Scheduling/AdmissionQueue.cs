using System.Diagnostics.CodeAnalysis;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>
/// Jobs that wait for slots. Requests of one priority take turns, a job each, so that one with a hundred choices does not make
/// the next one wait for all of them. Thread-safe.
/// </summary>
internal sealed class AdmissionQueue
{
    /// <summary>Of so many jobs that are taken while both kinds wait, one is a batch job.</summary>
    private const int BatchShare = 8;

    private readonly object _lock = new(); // pulsed when something arrives
    private readonly LinkedList<Queue<SequenceJob>> _interactive = []; // a queue per request, in order of turns
    private readonly LinkedList<Queue<SequenceJob>> _batch = [];
    private int _sinceBatch;
    private int _count;
    private bool _closed;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds the jobs of a request.</summary>
    /// <returns>False once the queue is closed.</returns>
    public bool TryAdd(IReadOnlyCollection<SequenceJob> request)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }
            var first = request.First().First;
            (first.Priority == Priority.Batch ? _batch : _interactive).AddLast(new Queue<SequenceJob>(request));
            _count += request.Count;
            Monitor.Pulse(_lock);
            return true;
        }
    }

    /// <summary>Takes the job whose turn it is, if it needs no more than the free slots; others don't overtake it, or a
    /// search of many beams would never find its slots.</summary>
    public bool TryTake(int freeSlots, [NotNullWhen(true)] out SequenceJob? job)
    {
        lock (_lock)
        {
            job = null;
            var takesBatch = _batch.Count > 0 && (_interactive.Count == 0 || _sinceBatch >= BatchShare - 1);
            var requests = takesBatch ? _batch : _interactive;
            if (requests.First is not { } request || request.Value.Peek().Slots > freeSlots)
            {
                return false;
            }
            job = request.Value.Dequeue();
            _count--;
            _sinceBatch = takesBatch ? 0 : _sinceBatch + 1;
            requests.RemoveFirst();
            if (request.Value.Count > 0)
            {
                requests.AddLast(request);
            }
            return true;
        }
    }

    /// <summary>Takes out the jobs that match.</summary>
    public List<SequenceJob> Remove(Predicate<SequenceJob> match)
    {
        var removed = new List<SequenceJob>();
        lock (_lock)
        {
            foreach (var requests in new[] { _interactive, _batch })
            {
                for (var node = requests.First; node is not null;)
                {
                    var next = node.Next;
                    if (node.Value.Any(job => match(job)))
                    {
                        removed.AddRange(node.Value.Where(job => match(job)));
                        node.Value = new Queue<SequenceJob>(node.Value.Where(job => !match(job)));
                    }
                    if (node.Value.Count == 0)
                    {
                        requests.Remove(node);
                    }
                    node = next;
                }
            }
            _count -= removed.Count;
        }
        return removed;
    }

    /// <summary>Waits until something is in it.</summary>
    /// <returns>False once the queue is closed and empty.</returns>
    public bool Wait()
    {
        lock (_lock)
        {
            while (_count == 0 && !_closed)
            {
                Monitor.Wait(_lock);
            }
            return _count > 0;
        }
    }

    /// <summary>Takes no more requests.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.Pulse(_lock);
        }
    }
}
