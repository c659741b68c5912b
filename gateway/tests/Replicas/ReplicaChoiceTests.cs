using System.Collections.Immutable;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Tests.Running;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Gateway.Tests.Replicas;

public sealed class ReplicaChoiceTests
{
    private readonly ManualTime _time = new();
    private readonly Draws _draws = new(7);
    private readonly ReplicaChoice _choice;

    public ReplicaChoiceTests() => _choice = new ReplicaChoice(new ReplicaOptions(), _draws);

    [Fact]
    public void Choose_NoPrompt_PrefersWhoHasLessWork()
    {
        var replicas = Replicas(3);
        replicas[0].Begin(10_000);
        replicas[1].Begin(5_000);

        var counts = Count(replicas, affinity: null);

        // The worst loses against both others, the best against none.
        Assert.Equal(0, counts[0]);
        Assert.True(counts[2] > counts[1], $"{counts[2]} > {counts[1]}");
    }

    [Fact]
    public void Choose_ReplicaReportsAQueue_CountsAsWorkUntilTheReportIsOld()
    {
        var replicas = Replicas(2);
        replicas[0].Report = new ReplicaReport(Requests: 100, CacheUse: 0.5, _time.GetTimestamp());
        Assert.Equal(100 * 64 * 1.5, replicas[0].ExpectedWork);
        Assert.Equal(0, Count(replicas, affinity: null)[0]);

        _time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(0, replicas[0].ExpectedWork);
        Assert.InRange(Count(replicas, affinity: null)[0], 1, 999);
    }

    [Fact]
    public void Choose_SamePrompt_MeetsTheSameReplica()
    {
        var replicas = Replicas(4);

        var homes = Enumerable.Range(0, 100).Select(prompt =>
        {
            var home = _choice.Choose(replicas, [], (ulong)prompt);
            Assert.All(Enumerable.Range(0, 5), _ => Assert.Same(home, _choice.Choose(replicas, [], (ulong)prompt)));
            return home;
        }).GroupBy(home => home).ToArray();

        // All four are somebody's home.
        Assert.Equal(4, homes.Length);
    }

    [Fact]
    public void Choose_EveryoneSendsTheSamePrompt_NobodyGetsMoreThanTheBound()
    {
        var replicas = Replicas(4);
        for (var i = 0; i < 400; i++)
        {
            _choice.Choose(replicas, [], affinity: 42)!.Begin(1);
            var running = replicas.Sum(replica => replica.Requests);
            Assert.All(replicas, replica => Assert.True(replica.Requests <= Math.Ceiling(1.25 * running / 4)));
        }
    }

    [Fact]
    public void Choose_ReplicaLeaves_OnlyItsPromptsMove()
    {
        var four = Replicas(4);
        var three = four[..3];

        for (ulong prompt = 0; prompt < 500; prompt++)
        {
            var before = _choice.Choose(four, [], prompt);
            if (before != four[3])
            {
                Assert.Same(before, _choice.Choose(three, [], prompt));
            }
        }
    }

    [Fact]
    public void Choose_SomeTriedOrDown_TakesTheBestThatIsLeft()
    {
        var replicas = Replicas(3);
        Assert.Same(replicas[2], _choice.Choose(replicas, [replicas[0], replicas[1]], affinity: 1));

        replicas[2].Health = ReplicaHealth.NotReady;
        // Not ready, but at least not yet tried.
        Assert.Same(replicas[2], _choice.Choose(replicas, [replicas[0], replicas[1]], affinity: null));
        Assert.NotSame(replicas[2], _choice.Choose(replicas, [], affinity: null));
        Assert.NotSame(replicas[2], _choice.Choose(replicas, replicas, affinity: null));

        Assert.Null(_choice.Choose([], [], affinity: null));
    }

    private int[] Count(ImmutableArray<Replica> replicas, ulong? affinity)
    {
        var counts = new int[replicas.Length];
        for (var i = 0; i < 1_000; i++)
        {
            counts[replicas.IndexOf(_choice.Choose(replicas, [], affinity)!)]++;
        }
        return counts;
    }

    private ImmutableArray<Replica> Replicas(int count) => TestFleet.Of([TestFleet.Version("1_v1", 100, count)], _time).Versions[0].Replicas;
}
