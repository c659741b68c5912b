using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models.AddedTokens;

public class AddedTokenMatcherTests
{
    // What tokenizers 0.23.1 matches, in brackets.
    [Theory]
    [InlineData("ab", "[ab]")]
    [InlineData("xab ab", "xab [ab]")]
    [InlineData("abab ab", "abab [ab]")]
    [InlineData("a ab.ab,ab", "a [ab].[ab],[ab]")]
    [InlineData("ab_ 1ab ab\u0301 ab\u200Dc", "ab_ 1ab ab\u0301 ab\u200Dc")]
    [InlineData("\uD800ab\uD800", "\uD800[ab]\uD800")]
    public void Find_SingleWord_MatchesOnlyWhereNoWordGoesOn(string text, string expected) =>
        Assert.Equal(expected, Marked(text, new AddedToken("ab", 1, Special: false, SingleWord: true)));

    [Theory]
    [InlineData("x ab  y", "x[ ab  ]y")]
    [InlineData("ab ab", "[ab ][ab]")]
    [InlineData("xab ab", "xab[ ab]")]
    [InlineData("abc ab", "[abc][ ab]")]
    public void Find_SingleWordThatStrips_SwallowsTheWhiteSpaceAroundIt(string text, string expected) => Assert.Equal(expected, Marked(
        text,
        new AddedToken("ab", 1, Special: false, StripLeft: true, StripRight: true, SingleWord: true),
        new AddedToken("abc", 2, Special: false)));

    // SHA-256 of the numbers, separated by blanks, of all characters that keep tokenizers 0.23.1 from matching beside them.
    [Fact]
    public void Find_SingleWordBesideEveryCharacter_IsHuggingFaces()
    {
        var matcher = new AddedTokenMatcher([new AddedToken("ab", 1, Special: false, SingleWord: true)]);
        var words = new List<int>();
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.TryCreate(value, out var character))
                continue;
            var behind = matcher.Find($"{character}ab", 0, allowSpecial: false) is null;
            Assert.Equal(behind, matcher.Find($"ab{character}", 0, allowSpecial: false) is null);
            if (behind)
                words.Add(value);
        }
        var text = string.Join(' ', words.Select(value => value.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(
            "b13cc43d6526d9c92cba391c5f5acdfca8e377647b740ed1f56aff5a8faeab75", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    private static string Marked(string text, params AddedToken[] tokens)
    {
        var matcher = new AddedTokenMatcher(tokens);
        var marked = new StringBuilder();
        var position = 0;
        while (matcher.Find(text, position, allowSpecial: false) is var (_, start, stop))
        {
            marked.Append(text, position, start - position).Append('[').Append(text, start, stop - start).Append(']');
            position = stop;
        }
        return marked.Append(text, position, text.Length - position).ToString();
    }
}
