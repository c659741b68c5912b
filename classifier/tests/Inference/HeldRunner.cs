using System.Collections.Concurrent;
using ElasticSynapse.Classifier.Inference;

namespace ElasticSynapse.Classifier.Tests.Inference;

/// <summary>A runner that a test holds: it runs nothing until it is let go, and tells what it ran.</summary>
internal sealed class HeldRunner(int labels) : ISequenceRunner
{
    private readonly SemaphoreSlim _go = new(0);
    private readonly SemaphoreSlim _begun = new(0);

    /// <summary>First token behind [CLS] of each sequence, in the order in which they ran.</summary>
    public ConcurrentQueue<int> Ran { get; } = new();

    /// <summary>Sequences with this token fail.</summary>
    public int? FailsOn { get; init; }

    public float[] Run(TokenSequence sequence)
    {
        Ran.Enqueue(sequence.Ids[1]);
        _begun.Release();
        _go.Wait(Patience.Limit); // a test that fails before it lets go must still end
        return sequence.Ids[1] == FailsOn ? throw new InvalidOperationException("the run failed") : [.. Enumerable.Repeat((float)sequence.Ids[1], labels)];
    }

    /// <summary>Waits until one more run has begun.</summary>
    public async Task BegunAsync() => Assert.True(await _begun.WaitAsync(Patience.Limit), "no run began");

    public void LetGo(int runs = 1_000_000) => _go.Release(runs);

    public void Dispose()
    {
    }
}
