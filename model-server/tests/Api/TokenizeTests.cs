using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api;

[Collection(ModelServerCollection.Name)]
public class TokenizeTests(ModelServerFixture server)
{
    [Fact]
    public async Task Tokenize_AndBack_ReturnsTheText()
    {
        using var response = await server.PostAsync("/tokenize", """{"prompt":"The river remembers"}""");
        var tokens = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        Assert.Equal([271, 616, 531], tokens.GetProperty("tokens").Ints());
        Assert.Equal(3, tokens.GetProperty("count").GetInt32());
        Assert.Equal(128, tokens.GetProperty("max_model_len").GetInt32());
        using var back = await server.PostAsync("/detokenize", """{"tokens":[271,616,531]}""");
        Assert.Equal("""{"prompt":"The river remembers"}""", await back.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Tokenize_AsInTextGenerationInference_GivesOffsets()
    {
        using var response = await server.PostAsync("/tokenize", """{"inputs":"The river"}""");
        Assert.Equal(
            """[{"id":271,"text":"The","start":0,"stop":3},{"id":616,"text":" river","start":3,"stop":9}]""",
            await response.Content.ReadAsStringAsync());
    }

    // Counted in code points: TGI takes what the tokenizer gives for characters, and clients count so too.
    [Theory]
    [InlineData("\U0001F600The", "0-1 \U0001F600, 1-4 The")]
    [InlineData("\U00010348The", "0-1 \U00010348, 0-1 \U00010348, 0-1 \U00010348, 0-1 \U00010348, 1-4 The")]
    [InlineData("e\u0301E", "0-1 e, 1-2 \u0301, 1-2 \u0301, 2-3 E")]
    public async Task Tokenize_CharactersOfSeveralTokens_AreWholeInEach(string inputs, string expected)
    {
        using var response = await server.PostAsync("/tokenize", JsonSerializer.Serialize(new { inputs }));
        var tokens = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        Assert.Equal(expected, string.Join(", ", tokens.EnumerateArray().Select(token => $"{token.GetProperty("start")}-{token.GetProperty("stop")} {token.GetProperty("text")}")));
    }
}
