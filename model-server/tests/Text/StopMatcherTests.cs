using ElasticSynapse.ModelServer.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.ModelServer.Tests.Text;

public class StopMatcherTests
{
    [Fact]
    public void Append_StopAcrossPieces_IsCutBeforeItsStart()
    {
        var matcher = new StopMatcher(["\n\n"]);
        Assert.Equal("one", matcher.Append("one\n"));
        Assert.Equal("", matcher.Append("\ntwo"));
        Assert.True(matcher.Stopped);
        Assert.Equal("", matcher.Flush());
    }

    [Fact]
    public void Append_PartialMatchThatFails_IsReleased()
    {
        var matcher = new StopMatcher(["END"]);
        Assert.Equal("the ", matcher.Append("the E"));
        Assert.Equal("", matcher.Append("N"));
        Assert.Equal("ENough", matcher.Append("ough"));
        Assert.False(matcher.Stopped);
    }

    [Fact]
    public void Flush_TextEndsInsideAPossibleStop_ReturnsWhatWasHeld()
    {
        var matcher = new StopMatcher(["END"]);
        Assert.Equal("the ", matcher.Append("the EN"));
        Assert.Equal("EN", matcher.Flush());
    }

    [Fact]
    public void Append_TwoStopsInOnePiece_TheEarlierWins()
    {
        var matcher = new StopMatcher(["late", "early"]);
        Assert.Equal("an ", matcher.Append("an early bird is never late"));
    }

    [Fact]
    public void Append_SelfOverlappingStop_IsFoundAtItsFirstPlace()
    {
        var matcher = new StopMatcher(["aab"]);
        Assert.Equal("", matcher.Append("a"));
        Assert.Equal("", matcher.Append("a"));
        Assert.Equal("a", matcher.Append("a"));
        Assert.Equal("", matcher.Append("b"));
        Assert.True(matcher.Stopped);
    }

    [Theory]
    [InlineData("x", "xabcd")]
    [InlineData("xa", "xabc", "d")] // only one of them is complete by then
    [InlineData("xa", "x", "a", "bc", "d")]
    [InlineData("", "ab", "c")]
    public void Append_PieceCompletesSeveral_TheOneThatBeginsFirstWins(string expected, params string[] pieces)
    {
        var matcher = new StopMatcher(expected.Length > 0 ? ["bc", "abcd"] : ["bc", "abc"]);
        Assert.Equal(expected, string.Concat(pieces.Select(matcher.Append)) + matcher.Flush());
        Assert.True(matcher.Stopped);
    }

    [Fact]
    public void Append_SeveralBeginTogether_TheFirstOfTheListWins()
    {
        Assert.Equal("xab", new StopMatcher(["ab", "abc"], includeStop: true).Append("xabcd"));
        Assert.Equal("xabc", new StopMatcher(["abc", "ab"], includeStop: true).Append("xabcd"));
    }

    [Theory]
    [InlineData("ab", "abab", "ab", "ab", "ab")]
    [InlineData("ab", "a", "a", "a", "b")] // begins in a free piece and ends behind it
    [InlineData("bxaz b", "xbx", "xb", "x", "b")] // what is held of the free pieces is free still
    public void Append_FreePieces_StopOnlyEndsBehindThem(string stops, string expected, params string[] pieces)
    {
        var matcher = new StopMatcher(stops.Split(' '), freePieces: 2);
        Assert.Equal(expected, string.Concat(pieces.Select(matcher.Append)) + matcher.Flush());
        Assert.True(matcher.Stopped);
    }

    [Fact]
    public void EndsAtHidden_StopString_CountsBehindTheFreePieces()
    {
        var matcher = new StopMatcher(["<end>"], freePieces: 1);
        Assert.False(matcher.EndsAtHidden("<end>"));
        Assert.Equal("", matcher.Append(""));
        Assert.True(matcher.EndsAtHidden("<end>"));
        Assert.False(matcher.EndsAtHidden("<en"));
    }

    [Fact]
    public void Append_AnyTextInAnyPieces_ShowsWhatPrecedesTheStop()
    {
        // Two letters make overlaps and partial matches common.
        var text = Gen.Elements('a', 'b').ListOf().Select(letters => string.Concat(letters));
        var stop = Gen.Elements('a', 'b').NonEmptyListOf().Select(letters => string.Concat(letters.Take(4)));
        Prop.ForAll(text.ListOf().ToArbitrary(), stop.NonEmptyListOf().ToArbitrary(), Gen.Choose(0, 3).ToArbitrary(), (pieces, stops, free) =>
        {
            var matcher = new StopMatcher([.. stops], freePieces: free);
            var shown = string.Concat(pieces.Select(matcher.Append)) + matcher.Flush();
            var expected = Expected([.. pieces], [.. stops], free);
            return shown == (expected ?? string.Concat(pieces)) && matcher.Stopped == expected is not null;
        }).QuickCheckThrowOnFailure();
    }

    // By looking at the whole text anew after each piece; null for no stop.
    private static string? Expected(string[] pieces, string[] stops, int free)
    {
        var (text, before) = ("", 0);
        for (var i = 0; i < pieces.Length; i++)
        {
            text += pieces[i];
            if (i < free)
            {
                before = text.Length;
                continue;
            }
            var starts = stops.SelectMany(stop => Enumerable.Range(0, text.Length)
                .Where(start => start + stop.Length > before && text.AsSpan(start).StartsWith(stop, StringComparison.Ordinal))).ToArray();
            if (starts.Length > 0)
            {
                return text[..starts.Min()];
            }
        }
        return null;
    }
}
