using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Tests.Running;
using ElasticSynapse.Gateway.Versions;

namespace ElasticSynapse.Gateway.Tests.Versions;

public sealed class VersionChoiceTests
{
    // 99.99 % of chi-square with two degrees of freedom.
    private const double ChiSquareLimit = 18.42;

    private readonly Draws _draws = new(20_261_121);

    [Fact]
    public void Choose_PathHeadersAndBodyPinDifferently_PathThenHeadersThenBodyWins()
    {
        var model = ThreeVersions(80, 15, 5);
        var (path, headers, body) = (VersionPin.ToVersion("1_v1"), VersionPin.ToLabel("canary"), VersionPin.ToVersion("3_v1"));

        Assert.Equal("1_v1", Choose(model, new VersionRequest(path, headers, body, 0)));
        Assert.Equal("2_v1", Choose(model, new VersionRequest(default, headers, body, 0)));
        Assert.Equal("3_v1", Choose(model, new VersionRequest(default, default, body, 0)));
    }

    [Fact]
    public void Choose_PinnedVersionNotReady_FailsInsteadOfServingAnother()
    {
        var model = ThreeVersions(0, 0, 100);
        model.Versions[0].Replicas[0].Health = ReplicaHealth.NotReady;

        var decision = VersionChoice.Choose(model, new VersionRequest(VersionPin.ToVersion("1_v1"), default, default, 0));

        Assert.Equal(VersionOutcome.NotReady, decision.Outcome);
        Assert.Equal("1_v1", decision.Version!.Version);
    }

    [Theory]
    [InlineData("9_v9", null, "UnknownVersion")]
    [InlineData(null, "shadow", "UnknownLabel")]
    [InlineData("9", null, "UnknownVersion")]
    public void Choose_UnknownPin_SaysWhichKind(string? version, string? label, string outcome) => Assert.Equal(
        outcome, VersionChoice.Choose(ThreeVersions(80, 15, 5), new VersionRequest(new VersionPin(version, label), default, default, 0)).Outcome.ToString());

    [Fact]
    public void Choose_VersionByItsNumber_MeansTheOneExportedThen()
    {
        var model = TestFleet.Gpt2(TestFleet.Version("1557429385_v0.01", 50), TestFleet.Version("1557515785_v0.01", 50), TestFleet.Version("1557515785_v0.02", 0));

        Assert.Equal("1557429385_v0.01", Choose(model, Pin("1557429385")));
        // Two were exported then: which is meant stays open.
        Assert.Equal(VersionOutcome.UnknownVersion, VersionChoice.Choose(model, Pin("1557515785")).Outcome);

        static VersionRequest Pin(string version) => new(VersionPin.ToVersion(version), default, default, 0);
    }

    [Fact]
    public void Choose_TenThousandWithRandomPins_FollowTheExpectedDistribution()
    {
        var model = ThreeVersions(70, 20, 10);
        var unpinned = new Dictionary<string, int>();
        for (var i = 0; i < 10_000; i++)
        {
            var pinned = _draws.Next(4) == 0 ? model.Versions[_draws.Next(3)].Version : null;
            var chosen = Choose(model, new VersionRequest(new VersionPin(pinned, null), default, default, _draws.Next()));
            if (pinned is not null)
            {
                Assert.Equal(pinned, chosen);
                continue;
            }
            unpinned[chosen] = unpinned.GetValueOrDefault(chosen) + 1;
        }

        var total = unpinned.Values.Sum();
        var chiSquare = model.Versions.Sum(version =>
        {
            var expected = total * version.Entry.Weight / 100;
            return Math.Pow(unpinned.GetValueOrDefault(version.Version) - expected, 2) / expected;
        });
        Assert.InRange(chiSquare, 0, ChiSquareLimit);
    }

    [Fact]
    public void Choose_WeightsChange_MoveOnlyTheShareThatTheyMust()
    {
        var before = ThreeVersions(50, 25, 25);
        var after = ThreeVersions(25, 25, 50);
        var keys = Enumerable.Range(0, 20_000).Select(_ => _draws.Next()).ToArray();

        var moves = keys.Select(key => (From: Choose(before, Key(key)), To: Choose(after, Key(key)))).Where(move => move.From != move.To).ToArray();

        // A quarter has to leave the first; nobody else has to move, and nobody goes to where no weight was added.
        Assert.InRange(moves.Length / 20_000.0, 0.23, 0.30);
        Assert.DoesNotContain(moves, move => move.To == "1_v1" || move is { From: "3_v1" });
    }

    [Fact]
    public void Choose_SameKey_AlwaysTheSameVersionInEveryProcess()
    {
        var model = ThreeVersions(34, 33, 33);

        // Literal, because another gateway has to come to the same.
        Assert.Equal(
            ["2_v1", "3_v1", "2_v1", "1_v1"],
            new[] { "ada", "grace", "alan", "edsger" }.Select(user => Choose(model, Key(StableHash.Of(user)))));
    }

    [Fact]
    public void Choose_VersionNotReady_ItsShareGoesToTheOthersAndNobodyElseMoves()
    {
        var model = ThreeVersions(50, 30, 20);
        var keys = Enumerable.Range(0, 2_000).Select(_ => _draws.Next()).ToArray();
        var before = keys.Select(key => Choose(model, Key(key))).ToArray();

        model.Versions[0].Replicas[0].Health = ReplicaHealth.NotReady;

        foreach (var (key, was) in keys.Zip(before))
        {
            var now = Choose(model, Key(key));
            Assert.NotEqual("1_v1", now);
            Assert.True(was == "1_v1" || was == now, $"{was} moved to {now}");
        }
    }

    [Fact]
    public void Choose_NobodyReady_StillTriesByWeight()
    {
        var model = ThreeVersions(100, 0, 0);
        model.Versions[0].Replicas[0].Health = ReplicaHealth.NotReady;
        model.Versions[1].Replicas[0].Health = ReplicaHealth.NotReady;
        model.Versions[2].Replicas[0].Health = ReplicaHealth.NotReady;

        Assert.Equal("1_v1", Choose(model, Key(1)));
    }

    [Fact]
    public void Choose_NobodyHasAskedAVersionYet_GetsNoShareWhileAnotherIsKnownToBeReady()
    {
        var model = ThreeVersions(1, 99, 0);
        model.Versions[0].Replicas[0].Health = ReplicaHealth.Ready;

        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal("1_v1", Choose(model, Key(_draws.Next()))));
        Assert.Equal("2_v1", Choose(model, new VersionRequest(VersionPin.ToVersion("2_v1"), default, default, 0)));

        // One that is ready but has no weight takes nothing away.
        var moved = ThreeVersions(0, 100, 0);
        moved.Versions[0].Replicas[0].Health = ReplicaHealth.Ready;
        Assert.Equal("2_v1", Choose(moved, Key(1)));
    }

    [Fact]
    public void Choose_VersionWithoutReplicas_IsNotReady()
    {
        var decision = VersionChoice.Choose(TestFleet.Gpt2(TestFleet.Version("1_v1", 100, replicas: 0)), Key(1));

        Assert.Equal(VersionOutcome.NotReady, decision.Outcome);
        Assert.Equal("it has no replicas", decision.Version!.Reason);
    }

    private static ModelPool ThreeVersions(double first, double second, double third) => TestFleet.Gpt2(
        TestFleet.Version("1_v1", first, 1, "stable"), TestFleet.Version("2_v1", second, 1, "canary"), TestFleet.Version("3_v1", third));

    private static VersionRequest Key(ulong key) => new(default, default, default, key);

    private static string Choose(ModelPool model, VersionRequest request) => VersionChoice.Choose(model, request).Version!.Version;
}
