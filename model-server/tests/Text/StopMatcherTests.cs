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
    [InlineData("abcd")]
    [InlineData("abc", "d")]
    [InlineData("a", "b", "c", "d")]
    public void Append_StopInsideAnother_TheOneCompleteFirstWinsHoweverTheTextIsCut(params string[] pieces)
    {
        var matcher = new StopMatcher(["abcd", "bc"]);
        Assert.Equal("a", string.Concat(pieces.Select(matcher.Append)) + matcher.Flush());
        Assert.True(matcher.Stopped);
    }

    [Fact]
    public void Append_TwoStopsCompleteTogether_TheLongerIsCut()
    {
        var matcher = new StopMatcher(["bc", "abc"]);
        Assert.Equal("", matcher.Append("abc"));
    }

    [Fact]
    public void Append_AnyTextInAnyPieces_ShowsExactlyWhatPrecedesTheStop()
    {
        // Two letters make overlaps and partial matches common.
        var text = Gen.Elements('a', 'b').ListOf().Select(letters => string.Concat(letters));
        var stop = Gen.Elements('a', 'b').NonEmptyListOf().Select(letters => string.Concat(letters.Take(4)));
        Prop.ForAll(text.ListOf().ToArbitrary(), stop.ToArbitrary(), (pieces, end) =>
        {
            var matcher = new StopMatcher([end]);
            var shown = string.Concat(pieces.Select(matcher.Append)) + matcher.Flush();
            var whole = string.Concat(pieces);
            var index = whole.IndexOf(end, StringComparison.Ordinal);
            return shown == (index < 0 ? whole : whole[..index]) && matcher.Stopped == index >= 0;
        }).QuickCheckThrowOnFailure();
    }
}
