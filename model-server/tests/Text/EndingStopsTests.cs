using ElasticSynapse.ModelServer.Text;

namespace ElasticSynapse.ModelServer.Tests.Text;

public class EndingStopsTests
{
    [Theory]
    [InlineData(new[] { "sun" }, new[] { "air", " sun", "rise" }, "air sun")]
    [InlineData(new[] { "r s" }, new[] { "air", " s", "un" }, "air s")]
    // Inside a token it is not seen.
    [InlineData(new[] { "un" }, new[] { "air", " sunrise", " fo" }, "air sunrise fo")]
    [InlineData(new[] { "zz", "air" }, new[] { "a", "", "ir", "x" }, "air")]
    public void Append_Pieces_EndAfterTheTokenThatCompletesAStop(string[] stops, string[] pieces, string expected)
    {
        var rule = new EndingStops(stops);
        Assert.Equal(expected, string.Concat(pieces.Select(rule.Append)));
    }
    [Fact]
    public void EndsAtHidden_OneOfTheStops_IsTrue() =>
        Assert.True(new EndingStops(["x", "<end>"]).EndsAtHidden("<end>"));
}
