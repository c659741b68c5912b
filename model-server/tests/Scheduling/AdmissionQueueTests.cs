using ElasticSynapse.ModelServer.Scheduling;

namespace ElasticSynapse.ModelServer.Tests.Scheduling;

public class AdmissionQueueTests
{
    private readonly AdmissionQueue _queue = new();

    [Fact]
    public void TryTake_RequestsOfManyJobs_TakeTurns()
    {
        Add("a", 4);
        Add("b", 1);
        Add("c", 2);

        Assert.Equal(["a0", "b0", "c0", "a1", "c1", "a2", "a3"], TakeAll());
    }

    [Fact]
    public void TryTake_BatchBehindInteractive_GetsOneOfEight()
    {
        Add("b", 4, Priority.Batch);
        for (var i = 0; i < 16; i++)
        {
            Add($"i{i}-", 1);
        }

        var taken = TakeAll();

        Assert.Equal([7, 15, 18, 19], taken.Select((name, index) => (name, index)).Where(item => item.name[0] == 'b').Select(item => item.index));
        Assert.Equal(20, taken.Count);
    }

    [Fact]
    public void TryTake_SearchOfManyBeams_IsNotOvertaken()
    {
        Add("wide", 1, slots: 4);
        Add("narrow", 1);

        Assert.False(_queue.TryTake(3, out _));
        Assert.True(_queue.TryTake(4, out var job));
        Assert.Equal(4, job.Slots);
        Assert.True(_queue.TryTake(1, out _));
        Assert.False(_queue.TryTake(100, out _));
    }

    [Fact]
    public void Remove_Matching_LeavesTheOthersTheirTurns()
    {
        Add("a", 3);
        Add("b", 2, Priority.Batch);
        Add("c", 1);

        var removed = _queue.Remove(job => job.First.PromptText is "a1" or "b0" or "c0");

        Assert.Equal(["a1", "c0", "b0"], removed.Select(job => job.First.PromptText));
        Assert.Equal(3, _queue.Count);
        Assert.Equal(["a0", "a2", "b1"], TakeAll());
    }

    [Fact]
    public async Task Wait_EmptyQueue_EndsWithAJobOrWithTheQueue()
    {
        var waiting = Task.Run(_queue.Wait);
        Add("a", 1);
        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        TakeAll();

        var closing = Task.Run(_queue.Wait);
        _queue.Close();
        Assert.False(await closing.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.False(_queue.TryAdd([Job("b", Priority.Interactive, 1)]));
    }

    private void Add(string name, int jobs, Priority priority = Priority.Interactive, int slots = 1) =>
        Assert.True(_queue.TryAdd([.. Enumerable.Range(0, jobs).Select(i => Job($"{name}{i}", priority, slots))]));

    private List<string> TakeAll()
    {
        var names = new List<string>();
        while (_queue.TryTake(int.MaxValue, out var job))
        {
            names.Add(job.First.PromptText);
        }
        Assert.Equal(0, _queue.Count);
        return names;
    }

    private static SequenceJob Job(string name, Priority priority, int slots) => new(
        [new SequenceRequest { Prompt = [1], MaxTokens = 1, Sampling = new(), Stops = [], PromptText = name, Priority = priority, Cancelled = default }], slots, false)
    {
        EnqueuedAt = 0,
    };
}
