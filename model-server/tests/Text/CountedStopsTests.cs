using ElasticSynapse.ModelServer.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.ModelServer.Tests.Text;

public class CountedStopsTests
{
    [Theory]
    [InlineData("END", null, 1, new[] { "a E", "N", "D b" }, "a END")]
    [InlineData("aa", null, 2, new[] { "aaa", "a", "a" }, "aaaa")]
    [InlineData("aa", null, 2, new[] { "aaab" }, "aaab")]
    [InlineData(null, "?!", 2, new[] { "a? b", "! c" }, "a? b!")]
    [InlineData(null, "😀", 1, new[] { "a", "😀b" }, "a😀")]
    [InlineData("xyz", "b", 1, new[] { "axyzb" }, "axyz")]
    [InlineData("xyz", "b", 1, new[] { "abxyz" }, "ab")]
    [InlineData("", "", 1, new[] { "a", "b" }, "ab")]
    public void Append_Pieces_EndBehindTheDecidingMatch(string? stop, string? characters, int count, string[] pieces, string expected)
    {
        var stops = new CountedStops(stop, characters, count);
        Assert.Equal(expected, string.Concat(pieces.Select(stops.Append)));
    }

    [Fact]
    public void Append_AnyCutting_GivesTheSameText() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20260101, 1),
        Prop.ForAll(
            (from text in Gen.Elements("a", "b", "ab", "aa", "c").ListOf().Select(parts => string.Concat(parts))
             from stop in Gen.Elements("a", "ab", "aba", "bb")
             from count in Gen.Choose(1, 3)
             from size in Gen.Choose(1, 4)
             select (text, stop, count, size)).ToArbitrary(),
            sample =>
            {
                var stops = new CountedStops(sample.stop, "c", sample.count);
                var cut = string.Concat(sample.text.Chunk(sample.size).Select(piece => stops.Append(new string(piece))));
                return cut == new CountedStops(sample.stop, "c", sample.count).Append(sample.text);
            }));
}
