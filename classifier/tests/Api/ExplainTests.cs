using ElasticSynapse.Tests;

namespace ElasticSynapse.Classifier.Tests.Api;

public sealed class ExplainTests(ClassifierServer server) : IClassFixture<ClassifierServer>
{
    [Fact]
    public async Task Classify_Explain_IsTheDifferenceThatTakingAWordOutMakes()
    {
        var result = await server.AnswerAsync("/classify", new { text = "Hello big world", explain = true });

        var whole = Golden.ScoresOf(result);
        var words = result.GetProperty("explanation").EnumerateArray().ToArray();
        Assert.Equal(["Hello", "big", "world"], words.Select(word => word.GetProperty("text").GetString()));
        Assert.Equal([(0, 5), (6, 9), (10, 15)], words.Select(word => (word.GetProperty("start").GetInt32(), word.GetProperty("end").GetInt32())));
        string[] without = ["big world", "Hello world", "Hello big"];
        for (var i = 0; i < words.Length; i++)
        {
            var left = Golden.ScoresOf(await server.AnswerAsync("/classify", new { text = without[i] }));
            Assert.Equal(whole.Zip(left, (all, part) => all - part), Golden.ScoresOf(words[i]));
        }
    }

    [Fact]
    public async Task Classify_ExplainDemoModel_BlamesTheInsult()
    {
        using var demo = ClassifierServer.Start(new() { ["Model:Uri"] = Path.Combine(RepositoryFiles.Root, "models", "demo-bert"), ["Model:Name"] = "demo" });

        var result = await demo.AnswerAsync("/classify", new { text = "You are an idiot my friend", explain = true, top_k = 1 });

        var strongest = result.GetProperty("explanation").EnumerateArray().MaxBy(word => Golden.ScoresOf(word)[0]);
        Assert.Equal("idiot", strongest.GetProperty("text").GetString());
        Assert.InRange(Golden.ScoresOf(strongest)[0], 0.5f, 1f);
    }

    [Fact]
    public async Task Classify_ExplainLongText_CostsNoMoreRunsThanTheOptionSays()
    {
        using var thrifty = ClassifierServer.Start(new() { ["Classification:MaxExplainedWords"] = "4" });

        var result = await thrifty.AnswerAsync("/classify", new { text = "a b c d e f g h i", explain = true });

        Assert.Equal(["a b c", "d e f", "g h i"], result.GetProperty("explanation").EnumerateArray().Select(word => word.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Classify_ExplainWithWindows_ExplainsTheWindowThatScoredHighest()
    {
        using var demo = ClassifierServer.Start(new() { ["Model:Uri"] = Path.Combine(RepositoryFiles.Root, "models", "demo-bert"), ["Model:Name"] = "demo" });
        var text = string.Join(' ', Enumerable.Repeat("The weather is nice today.", 60)) + " You are an idiot";

        var result = await demo.AnswerAsync("/classify", new { text, explain = true, windows = true, top_k = 1 });

        var explained = result.GetProperty("explanation").EnumerateArray().ToArray();
        Assert.Contains("idiot", explained[^1].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(text.Length, explained[^1].GetProperty("end").GetInt32());
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("Hello", 1)]
    public async Task Classify_ExplainFewWords_IsAsLong(string text, int words)
    {
        var result = await server.AnswerAsync("/classify", new { text, explain = true });
        Assert.Equal(words, result.GetProperty("explanation").GetArrayLength());
    }
}
