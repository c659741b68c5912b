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

    /// <summary>The same by runs.</summary>
    public ConcurrentQueue<int[]> Runs { get; } = new();

    /// <summary>Runs with this token fail.</summary>
    public int? FailsOn { get; init; }

    public float[][] Run(IReadOnlyList<TokenSequence> sequences)
    {
        int[] tokens = [.. sequences.Select(sequence => sequence.Ids[1])];
        Runs.Enqueue(tokens);
        Array.ForEach(tokens, Ran.Enqueue);
        _begun.Release();
        _go.Wait(Patience.Limit); // a test that fails before it lets go must still end
        return tokens.Any(token => token == FailsOn)
            ? throw new InvalidOperationException("the run failed")
            : [.. tokens.Select(token => Enumerable.Repeat((float)token, labels).ToArray())];
    }

    /// <summary>Waits until one more run has begun.</summary>
    public async Task BegunAsync() => Assert.True(await _begun.WaitAsync(Patience.Limit), "no run began");

    public void LetGo(int runs = 1_000_000) => _go.Release(runs);

    public void Dispose()
    {
    }
}
