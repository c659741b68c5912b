using System.Text.Json;

namespace ElasticSynapse.Classifier.Tests.Api;

/// <summary>Long texts read window by window: 126 of a text's own tokens fit, and a quarter of a window is repeated.</summary>
public sealed class WindowsTests(ClassifierServer server) : IClassFixture<ClassifierServer>
{
    private static readonly string Filler = string.Join(' ', Enumerable.Repeat("world", 100)); // 300 tokens

    [Fact]
    public async Task Classify_WindowsOfALongText_AreTheHighestOfItsParts()
    {
        // "Hello" is at the very end, where a truncated text is not read.
        var text = Filler + " Hello";
        var whole = await server.AnswerAsync("/classify", new { text, windows = true });

        // 303 tokens: windows begin at 0, 95 and 177; 42 words fill one, so each part is read as its window is.
        var parts = new[]
        {
            string.Join(' ', Enumerable.Repeat("world", 42)),
            text[^(41 * 6 + 5)..],
        };
        var expected = new float[6];
        foreach (var part in parts)
        {
            var scores = Golden.ScoresOf(await server.AnswerAsync("/classify", new { text = part }));
            expected = [.. expected.Zip(scores, Math.Max)];
        }
        Assert.Equal(3, whole.GetProperty("windows").GetInt32());
        Assert.Equal(305, whole.GetProperty("tokens").GetInt32());
        Assert.False(whole.GetProperty("truncated").GetBoolean());
        var last = whole.GetProperty("spans").EnumerateObject().Where(span => span.Value.GetProperty("end").GetInt32() == text.Length).Select(span => span.Name).ToArray();
        var truncated = Golden.ScoresOf(await server.AnswerAsync("/classify", new { text }));
        var highest = Golden.ScoresOf(whole);
        Assert.NotEmpty(last);
        for (var label = 0; label < 6; label++)
        {
            // The window in the middle begins inside a word and is no part by itself; it can only be higher.
            Assert.True(highest[label] >= expected[label] - Golden.Tolerance);
            Assert.True(highest[label] >= truncated[label]);
        }
    }

    [Fact]
    public async Task Classify_WindowsOfAShortText_IsTheTextItself()
    {
        var plain = await server.AnswerAsync("/classify", new { text = "Hello world" });
        var windows = await server.AnswerAsync("/classify", new { text = "Hello world", windows = true });

        Assert.Equal(plain.GetProperty("scores").GetRawText(), windows.GetProperty("scores").GetRawText());
        Assert.Equal(1, windows.GetProperty("windows").GetInt32());
        Assert.All(windows.GetProperty("spans").EnumerateObject(), span => Assert.Equal("""{"start":0,"end":11}""", span.Value.GetRawText()));
        Assert.False(plain.TryGetProperty("windows", out _));
    }

    [Fact]
    public async Task Classify_WindowsByDefault_UnlessTheRequestSaysNo()
    {
        using var windowed = ClassifierServer.Start(new() { ["Classification:Windows"] = "true", ["Classification:WindowOverlap"] = "0" });

        var byDefault = await windowed.AnswerAsync("/classify", new { text = Filler });
        var refused = await windowed.AnswerAsync("/classify", new { text = Filler, windows = false });

        Assert.Equal(3, byDefault.GetProperty("windows").GetInt32());
        Assert.True(refused.GetProperty("truncated").GetBoolean());
    }

    [Fact]
    public async Task Classify_SpansOfAstralText_CountCodePoints()
    {
        var text = string.Concat(Enumerable.Repeat("\U0001F600 ", 200)) + "Hello";
        var result = await server.AnswerAsync("/classify", new { text, windows = true });

        var ends = result.GetProperty("spans").EnumerateObject().Select(span => span.Value.GetProperty("end").GetInt32());
        Assert.All(ends, end => Assert.InRange(end, 1, 405));
    }

    [Fact]
    public async Task Classify_MoreTokensThanAreEverAdmitted_IsRefusedWithTheLimit()
    {
        using var narrow = ClassifierServer.Start(new() { ["Classification:MaxQueuedTokens"] = "512" });
        var text = string.Join(' ', Enumerable.Repeat("world", 1000));

        using var response = await narrow.PostAsync("/classify", JsonSerializer.Serialize(new { text, windows = true }));

        Assert.Equal(400, (int)response.StatusCode);
        var error = await response.Content.ReadAsStringAsync();
        Assert.Contains("toxicity 1557429385_v0.01 admits 512 at a time (Classification__MaxQueuedTokens)", error, StringComparison.Ordinal);
        await narrow.AnswerAsync("/classify", new { text });
    }
}
