using System.Text.Json;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Classifier.Tests.Api;

public sealed class TokenizeTests(ClassifierServer server) : IClassFixture<ClassifierServer>
{
    [Fact]
    public async Task Tokenize_Text_GivesIdsCountAndLimit()
    {
        var answer = await server.AnswerAsync("/tokenize", new { text = "Hello world" });
        Assert.Equal("""{"tokens":[2,534,179,101,244,112,108,3],"count":8,"max_model_len":128}""", answer.GetRawText());
    }

    [Fact]
    public async Task Tokenize_LongText_IsNotTruncated()
    {
        var answer = await server.AnswerAsync("/tokenize", new { text = string.Concat(Enumerable.Repeat("Hello world ", 100)) });
        Assert.Equal(602, answer.GetProperty("count").GetInt32());
        Assert.Equal(602, answer.GetProperty("tokens").GetArrayLength());
    }

    [Theory]
    [InlineData(false, "[2,1,260,124,1,3]")]
    [InlineData(true, "[2,3,3]")]
    public async Task Tokenize_SpecialTokenInText_IsATokenOnlyWhereAllowed(bool allowed, string ids)
    {
        var answer = await server.AnswerAsync("/tokenize", new { text = "[SEP]", allow_special = allowed });
        Assert.Equal(ids, answer.GetProperty("tokens").GetRawText());
    }

    [Fact]
    public async Task Tokenize_ServerAllowsSpecialTokens_UnlessTheRequestDoesNot()
    {
        using var permissive = ClassifierServer.Start(new() { ["Tokenizer:AllowSpecialTokens"] = "true" });
        var allowed = await permissive.AnswerAsync("/tokenize", new { text = "[SEP]" });
        var refused = await permissive.AnswerAsync("/tokenize", new { text = "[SEP]", allow_special = false });
        Assert.Equal("[2,3,3]", allowed.GetProperty("tokens").GetRawText());
        Assert.Equal("[2,1,260,124,1,3]", refused.GetProperty("tokens").GetRawText());
    }

    [Fact]
    public async Task Tokenize_CheckpointThatDoesNotSayItsCase_FollowsTheOption()
    {
        using var checkpoint = new CheckpointCopy("bert").Without("tokenizer_config.json");
        using var cased = ClassifierServer.Start(new() { ["Model:Uri"] = checkpoint.Folder, ["Tokenizer:LowerCase"] = "false" });
        using var uncased = ClassifierServer.Start(new() { ["Model:Uri"] = checkpoint.Folder, ["Tokenizer:LowerCase"] = "true" });

        Assert.Equal("[2,1,3]", (await cased.AnswerAsync("/tokenize", new { text = "Hello" })).GetProperty("tokens").GetRawText());
        Assert.Equal("[2,534,179,101,3]", (await uncased.AnswerAsync("/tokenize", new { text = "Hello" })).GetProperty("tokens").GetRawText());
    }

    [Fact]
    public async Task Tokenize_InputsAsTei_ShowTheCharactersTheyCameFromInCodePoints()
    {
        var answer = await server.AnswerAsync("/tokenize", new { inputs = "😀 Héllo" });

        var tokens = Assert.Single(answer.EnumerateArray()).EnumerateArray().ToArray();
        Assert.Equal(
            ["[CLS] True null null", "😀 False 0 1", "Hé False 2 4", "ll False 4 6", "o False 6 7", "[SEP] True null null"],
            tokens.Select(token => $"{token.GetProperty("text").GetString()} {token.GetProperty("special").GetBoolean()} {token.GetProperty("start").GetRawText()} {token.GetProperty("stop").GetRawText()}"));
        Assert.Equal([2, 99, 534, 179, 101, 3], tokens.Select(token => token.GetProperty("id").GetInt32()));
    }

    [Theory]
    [InlineData("""{"text":"a","inputs":"b"}""", 422, "Validation", "both sent")]
    [InlineData("""{"inputs":5}""", 422, "Validation", "'inputs' must be a list of strings; got 5")]
    [InlineData("""{"inputs":[]}""", 400, "Empty", "'inputs' is empty; at least one text is required")]
    [InlineData("""{"inputs":["a",5]}""", 422, "Validation", "'inputs[1]' must be a string; got 5")]
    [InlineData("""{"inputs":"a","add_special_tokens":1}""", 422, "Validation", "'add_special_tokens' must be true or false; got 1")]
    public async Task Tokenize_BadInputsAsTei_AreTeisErrors(string body, int status, string type, string message)
    {
        using var response = await server.PostAsync("/tokenize", body);
        var error = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        Assert.Equal((status, type), ((int)response.StatusCode, error.GetProperty("error_type").GetString()));
        Assert.Contains(message, error.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokenize_MoreInputsThanOneRequestMayHave_SaysCountLimitAndOption()
    {
        using var response = await server.PostAsync("/tokenize", JsonSerializer.Serialize(new { inputs = Enumerable.Repeat("a", 257) }));
        Assert.Equal(
            """{"error":"'inputs' has 257 texts; this server accepts 256 a request (Classification__MaxTextsPerRequest)","error_type":"Validation"}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Tokenize_SeveralInputsWithoutAddedTokens_OneListEach()
    {
        var answer = await server.AnswerAsync("/tokenize", new { inputs = new[] { "Hello", "", "world" }, add_special_tokens = false });

        Assert.Equal(
            ["534 179 101", "", "244 112 108"],
            answer.EnumerateArray().Select(input => string.Join(' ', input.EnumerateArray().Select(token => token.GetProperty("id").GetInt32()))));
    }
}
