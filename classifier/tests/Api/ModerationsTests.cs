using System.Text.Json;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Classifier.Tests.Api;

public sealed class ModerationsTests(ClassifierServer server) : IClassFixture<ClassifierServer>
{
    private static readonly string[] Categories =
    [
        "harassment", "harassment/threatening", "sexual", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
        "self-harm/intent", "self-harm/instructions", "sexual/minors", "violence", "violence/graphic",
    ];

    [Fact]
    public async Task Moderations_OneString_MapsTheSixLabelsOntoTheCategories()
    {
        var answer = await server.AnswerAsync("/v1/moderations", new { input = "Hello world" });

        Assert.Matches("^modr-[0-9a-f]{32}$", answer.GetProperty("id").GetString());
        Assert.Equal("toxicity", answer.GetProperty("model").GetString());
        var result = Assert.Single(answer.GetProperty("results").EnumerateArray());
        Assert.True(result.GetProperty("flagged").GetBoolean());
        // toxic 0.949138, severe_toxic 0.717343, obscene 0.680814, threat 0.317102, insult 0.182952, identity_hate 0.180039
        AssertScores(result, new()
        {
            ["harassment"] = 0.949138f,             // the highest of toxic, severe_toxic, obscene, insult
            ["harassment/threatening"] = 0.317102f, // threat
            ["hate"] = 0.180039f,                   // identity_hate
            ["hate/threatening"] = 0.180039f,       // the lower of identity_hate and threat
            ["violence"] = 0.317102f,               // threat
            ["toxic"] = 0.949138f,
            ["severe_toxic"] = 0.717343f,
            ["obscene"] = 0.680814f,
            ["threat"] = 0.317102f,
            ["insult"] = 0.182952f,
            ["identity_hate"] = 0.180039f,
        });
        Assert.Equal(["harassment", "toxic", "severe_toxic", "obscene"], True(result));
        var applied = result.GetProperty("category_applied_input_types");
        Assert.Equal(Categories, applied.EnumerateObject().Select(category => category.Name));
        Assert.Equal(
            ["harassment", "harassment/threatening", "hate", "hate/threatening", "violence"],
            applied.EnumerateObject().Where(category => category.Value.GetRawText() == "[\"text\"]").Select(category => category.Name));
        Assert.Equal(8, applied.EnumerateObject().Count(category => category.Value.GetRawText() == "[]"));
    }

    [Fact]
    public async Task Moderations_LabelWithALowThreshold_MakesItsCategoryTrue()
    {
        using var strict = ClassifierServer.Start(new()
        {
            ["Classification:Threshold"] = "0.96",
            ["Classification:Thresholds:insult"] = "0.18",
            ["Classification:Thresholds:threat"] = "0.31",
        });

        var result = (await strict.AnswerAsync("/v1/moderations", new { input = "Hello world" })).GetProperty("results")[0];

        // toxic gives harassment its score and stays below its threshold; insult alone makes the category true.
        Assert.True(result.GetProperty("flagged").GetBoolean());
        Assert.Equal(["harassment", "harassment/threatening", "violence", "threat", "insult"], True(result));
    }

    [Fact]
    public async Task Moderations_NothingReachesItsThreshold_IsNotFlagged()
    {
        using var lenient = ClassifierServer.Start(new() { ["Classification:Threshold"] = "0.99" });

        var result = (await lenient.AnswerAsync("/v1/moderations", new { input = "Hello world" })).GetProperty("results")[0];

        Assert.False(result.GetProperty("flagged").GetBoolean());
        Assert.Empty(True(result));
    }

    [Fact]
    public async Task Moderations_Strings_OneResultEachInOrder()
    {
        var texts = Golden.Of(128).Take(10).Select(golden => golden.Text).ToArray();

        var results = (await server.AnswerAsync("/v1/moderations", new { input = texts })).GetProperty("results");

        Assert.Equal(texts.Length, results.GetArrayLength());
        for (var i = 0; i < texts.Length; i++)
        {
            var single = (await server.AnswerAsync("/v1/moderations", new { input = texts[i] })).GetProperty("results")[0];
            Assert.Equal(single.GetRawText(), results[i].GetRawText());
        }
    }

    [Fact]
    public async Task Moderations_TextParts_AreOneInputJoinedByNewlines()
    {
        var parts = new object[] { new { type = "text", text = "Hello" }, new { type = "text", text = "world" }, new { type = "text", text = "sunrise." } };

        var fromParts = (await server.AnswerAsync("/v1/moderations", new { input = parts })).GetProperty("results");

        var fromText = (await server.AnswerAsync("/v1/moderations", new { input = "Hello\nworld\nsunrise." })).GetProperty("results");
        Assert.Equal(fromText.GetRawText(), fromParts.GetRawText());
        Assert.Equal(1, fromParts.GetArrayLength());
    }

    [Theory]
    [InlineData("omni-moderation-latest", "toxicity")]
    [InlineData("omni-moderation-2024-09-26", "toxicity")]
    [InlineData("text-moderation-stable", "toxicity")]
    [InlineData("toxicity", "toxicity")]
    [InlineData("toxicity@" + ClassifierServer.Version, "toxicity@" + ClassifierServer.Version)]
    public async Task Moderations_NameThatMeansThisModel_IsAnsweredUnderItsOwn(string asked, string answered)
    {
        var answer = await server.AnswerAsync("/v1/moderations", new { input = "a", model = asked });
        Assert.Equal(answered, answer.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Moderations_CheckpointWithOtherLabels_FeedsOnlyFlaggedAndItsOwnNames()
    {
        using var checkpoint = new CheckpointCopy("bert")
            .With("config.json", "id2label", """{"0":"spam","1":"ham","2":"hate","3":"d","4":"e","5":"f"}""");
        using var other = ClassifierServer.Start(new() { ["Model:Uri"] = checkpoint.Folder });

        var result = (await other.AnswerAsync("/v1/moderations", new { input = "Hello world" })).GetProperty("results")[0];

        Assert.True(result.GetProperty("flagged").GetBoolean());
        AssertScores(result, new()
        {
            ["hate"] = 0.680814f, // bears the category's own name
            ["spam"] = 0.949138f,
            ["ham"] = 0.717343f,
            ["d"] = 0.317102f,
            ["e"] = 0.182952f,
            ["f"] = 0.180039f,
        });
        Assert.Equal(["hate", "spam", "ham"], True(result));
    }

    // Categories come first, then the labels; a category without an expectation is 0.
    private static void AssertScores(JsonElement result, Dictionary<string, float> expected)
    {
        var names = Categories.Concat(expected.Keys.Except(Categories)).ToArray();
        Assert.Equal(names, result.GetProperty("category_scores").EnumerateObject().Select(score => score.Name));
        Assert.Equal(names, result.GetProperty("categories").EnumerateObject().Select(category => category.Name));
        foreach (var score in result.GetProperty("category_scores").EnumerateObject())
        {
            var wanted = expected.GetValueOrDefault(score.Name);
            Assert.InRange(score.Value.GetSingle(), wanted - (wanted == 0 ? 0 : Golden.Tolerance), wanted + (wanted == 0 ? 0 : Golden.Tolerance));
        }
    }

    private static string[] True(JsonElement result) =>
        [.. result.GetProperty("categories").EnumerateObject().Where(category => category.Value.GetBoolean()).Select(category => category.Name)];
}
