using System.Text.Json;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Classifier.Tests.Api;

public sealed class ClassifyTests(ClassifierServer server) : IClassFixture<ClassifierServer>
{
    private const int MostTokens = 128;

    public static TheoryData<int> Cases { get; } = [.. Enumerable.Range(0, Golden.Of(MostTokens).Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Classify_GoldenText_ScoresAsHuggingFace(int index)
    {
        var golden = Golden.Of(MostTokens)[index];

        var result = await server.AnswerAsync("/classify", new { text = golden.Text, allow_special = true });

        Assert.Equal(Golden.Labels, result.GetProperty("scores").EnumerateObject().Select(score => score.Name));
        var scores = Golden.ScoresOf(result);
        Golden.AssertClose(golden.Scores, scores);
        Assert.Equal(Golden.Labels.Where((_, label) => scores[label] >= 0.5f), Golden.FlaggedIn(result));
        Assert.Equal("toxicity", result.GetProperty("model").GetString());
        Assert.Equal(ClassifierServer.Version, result.GetProperty("version").GetString());
    }

    [Fact]
    public async Task Classify_CheckpointThatTakes16Tokens_TruncatesAsHuggingFaceAndSaysSo()
    {
        using var checkpoint = new CheckpointCopy("bert").With("tokenizer_config.json", "model_max_length", "16");
        using var short16 = ClassifierServer.Start(new() { ["Model:Uri"] = checkpoint.Folder });
        var goldens = Golden.Of(16);
        Assert.Equal(48, goldens.Count);
        foreach (var golden in goldens)
        {
            var body = new { text = golden.Text, allow_special = true };
            var result = await short16.AnswerAsync("/classify", body);
            var all = await short16.AnswerAsync("/tokenize", body);

            Golden.AssertClose(golden.Scores, Golden.ScoresOf(result));
            Assert.Equal(16, all.GetProperty("max_model_len").GetInt32());
            var count = all.GetProperty("count").GetInt32();
            Assert.Equal(Math.Min(count, 16), result.GetProperty("tokens").GetInt32());
            Assert.Equal(count > 16, result.GetProperty("truncated").GetBoolean());
        }
    }

    [Fact]
    public async Task Classify_Texts_ExactlyTheSingleResultsInOrder()
    {
        var texts = Golden.Of(MostTokens).Select(golden => golden.Text).ToArray();

        var results = (await server.AnswerAsync("/classify", new { texts })).GetProperty("results");

        Assert.Equal(texts.Length, results.GetArrayLength());
        for (var i = 0; i < texts.Length; i++)
        {
            var single = await server.AnswerAsync("/classify", new { text = texts[i] });
            Assert.Equal(single.GetRawText(), results[i].GetRawText());
        }
    }

    [Fact]
    public async Task Classify_5000MixedRequestsAtOnce_EachGetsItsOwnAnswer()
    {
        using var roomy = ClassifierServer.Start(MixedRequests.Room);
        var mixed = await MixedRequests.OfAsync(roomy, MostTokens);

        await Task.WhenAll(Enumerable.Range(0, 5_000).Select(request => mixed.AskAsync(request, (expected, actual) =>
            Assert.Equal(expected.GetRawText(), actual.GetRawText()))));
    }

    [Fact]
    public async Task Classify_SpecialTokenInText_IsTextUnlessAllowed()
    {
        const string text = "Hello [SEP] world";
        var plain = await server.AnswerAsync("/classify", new { text });
        var asText = await server.AnswerAsync("/classify", new { text, allow_special = false });
        var asToken = await server.AnswerAsync("/classify", new { text, allow_special = true });

        Assert.Equal(plain.GetRawText(), asText.GetRawText());
        Assert.Equal(plain.GetProperty("tokens").GetInt32(), asToken.GetProperty("tokens").GetInt32() + 3); // "[", "se", "##p", "]" against [SEP]
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData(" \u200B\t ")]
    public async Task Classify_NothingToRead_ScoresClsAndSepAlone(string text)
    {
        var result = await server.AnswerAsync("/classify", new { text });

        Assert.Equal(2, result.GetProperty("tokens").GetInt32());
        Assert.False(result.GetProperty("truncated").GetBoolean());
        Golden.AssertClose([0.9000477f, 0.6825798f, 0.4686381f, 0.33524743f, 0.18766272f, 0.21805969f], Golden.ScoresOf(result));
    }

    [Fact]
    public async Task Classify_WordOf100000Characters_IsOneUnknownToken()
    {
        var result = await server.AnswerAsync("/classify", new { text = new string('a', 100_000) });

        Assert.Equal(3, result.GetProperty("tokens").GetInt32());
        Assert.False(result.GetProperty("truncated").GetBoolean());
    }

    [Fact]
    public async Task Classify_LongText_SaysThatItWasTruncated()
    {
        var result = await server.AnswerAsync("/classify", new { text = string.Concat(Enumerable.Repeat("Hello world. ", 1000)) });

        Assert.Equal(MostTokens, result.GetProperty("tokens").GetInt32());
        Assert.True(result.GetProperty("truncated").GetBoolean());
    }

    [Theory]
    [InlineData("toxicity")]
    [InlineData("toxicity@" + ClassifierServer.Version)]
    [InlineData(null)]
    public async Task Classify_OwnModelName_IsAnswered(string? model) =>
        await server.AnswerAsync("/classify", new { text = "Hello world", model });

    [Fact]
    public async Task Classify_ThresholdsOfLabels_FlagByThem()
    {
        using var strict = ClassifierServer.Start(new()
        {
            ["Classification:Threshold"] = "0.7",
            ["Classification:Thresholds:threat"] = "0.3",
            ["Classification:Thresholds:INSULT"] = "0.18",
            ["Classification:Thresholds:toxic"] = "0.95",
        });

        // 0.949 0.717 0.681 0.317 0.183 0.180
        var result = await strict.AnswerAsync("/classify", new { text = "Hello world" });

        Assert.Equal(["severe_toxic", "threat", "insult"], Golden.FlaggedIn(result));
    }

    [Fact]
    public async Task Classify_CheckpointWithThresholds_FlagsByThemUnlessOptionsSayOtherwise()
    {
        using var checkpoint = new CheckpointCopy("bert");
        await File.WriteAllTextAsync(Path.Combine(checkpoint.Folder, "thresholds.json"), """{"toxic":0.95,"insult":0.18,"threat":0.3}""");
        using var byFile = ClassifierServer.Start(new() { ["Model:Uri"] = checkpoint.Folder });
        using var byLabel = ClassifierServer.Start(new() { ["Model:Uri"] = checkpoint.Folder, ["Classification:Thresholds:threat"] = "0.9" });
        using var byOption = ClassifierServer.Start(new() { ["Model:Uri"] = checkpoint.Folder, ["Classification:Threshold"] = "0.7" });

        // 0.949 0.717 0.681 0.317 0.183 0.180; obscene and severe_toxic stand in no file and have 0.5.
        Assert.Equal(["severe_toxic", "obscene", "threat", "insult"], Golden.FlaggedIn(await byFile.AnswerAsync("/classify", new { text = "Hello world" })));
        Assert.Equal(["severe_toxic", "obscene", "insult"], Golden.FlaggedIn(await byLabel.AnswerAsync("/classify", new { text = "Hello world" })));
        Assert.Equal(["toxic", "severe_toxic"], Golden.FlaggedIn(await byOption.AnswerAsync("/classify", new { text = "Hello world" })));
    }

    [Theory]
    [InlineData(0, "toxic severe_toxic obscene threat insult identity_hate")]
    [InlineData(0.7, "toxic severe_toxic")]
    [InlineData(1, "")]
    public async Task Classify_ThresholdOfTheRequest_GoesBeforeTheServers(double threshold, string flagged)
    {
        var result = await server.AnswerAsync("/classify", new { text = "Hello world", threshold });
        Assert.Equal(flagged, string.Join(' ', Golden.FlaggedIn(result)));
        Assert.Equal(6, result.GetProperty("scores").EnumerateObject().Count());
    }

    [Theory]
    [InlineData(1, "toxic")]
    [InlineData(4, "toxic severe_toxic obscene threat")]
    [InlineData(99, "toxic severe_toxic obscene threat insult identity_hate")]
    public async Task Classify_TopK_ShowsTheHighestFirst(int topK, string labels)
    {
        var result = await server.AnswerAsync("/classify", new { text = "Hello world", top_k = topK });
        Assert.Equal(labels, string.Join(' ', result.GetProperty("scores").EnumerateObject().Select(score => score.Name)));
        Assert.Equal(["toxic", "severe_toxic", "obscene"], Golden.FlaggedIn(result));
    }

    [Fact]
    public async Task Classify_CasedCheckpoint_ReadsCapitalsAsTheyAre()
    {
        using var checkpoint = new CheckpointCopy("bert").With("tokenizer_config.json", "do_lower_case", "false");
        using var cased = ClassifierServer.Start(new() { ["Model:Uri"] = checkpoint.Folder });

        // Its vocabulary is lower-case: "hello world" are the tokens of the uncased "Hello world", and capitals are unknown.
        var lower = await cased.AnswerAsync("/classify", new { text = "hello world" });
        var upper = await cased.AnswerAsync("/classify", new { text = "HELLO WORLD" });

        Golden.AssertClose([0.949138f, 0.717343f, 0.680814f, 0.317102f, 0.182952f, 0.180039f], Golden.ScoresOf(lower));
        Assert.Equal(8, lower.GetProperty("tokens").GetInt32());
        Assert.Equal(4, upper.GetProperty("tokens").GetInt32());
    }

    [Fact]
    public async Task Classify_MaxSequenceLength_TruncatesAsHuggingFace()
    {
        using var short16 = ClassifierServer.Start(new() { ["Model:MaxSequenceLength"] = "16" });
        foreach (var golden in Golden.Of(16))
        {
            var result = await short16.AnswerAsync("/classify", new { text = golden.Text, allow_special = true });
            Golden.AssertClose(golden.Scores, Golden.ScoresOf(result));
        }
    }

    [Fact]
    public async Task Classify_SingleLabelCheckpoint_IsSoftmaxOfTheLogits()
    {
        using var checkpoint = new CheckpointCopy("bert").With("config.json", "problem_type", "\"single_label_classification\"");
        using var singleLabel = ClassifierServer.Start(new() { ["Model:Uri"] = checkpoint.Folder });
        var golden = Golden.Of(MostTokens)[0];

        var scores = Golden.ScoresOf(await singleLabel.AnswerAsync("/classify", new { text = golden.Text }));

        Assert.InRange(scores.Sum(), 0.99999f, 1.00001f);
        var sum = golden.Logits.Sum(logit => Math.Exp(logit));
        Golden.AssertClose([.. golden.Logits.Select(logit => (float)(Math.Exp(logit) / sum))], scores);
    }

    [Fact]
    public async Task Classify_Answer_SaysWhoServedIt()
    {
        using var response = await server.PostAsync("/classify", JsonSerializer.Serialize(new { text = "a" }));

        Assert.Equal("toxicity", Assert.Single(response.Headers.GetValues("x-model-name")));
        Assert.Equal(ClassifierServer.Version, Assert.Single(response.Headers.GetValues("x-model-version")));
    }
}
