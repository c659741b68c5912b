using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api;

[Collection(ModelServerCollection.Name)]
public class LogprobsTests(ModelServerFixture server)
{
    [Fact]
    public async Task Logprobs_EchoedPrompt_AreTheModelsOwnDistribution()
    {
        foreach (var golden in Goldens.Generation)
        {
            var logits = golden.GetProperty("last_logits").Floats();
            var next = golden.GetProperty("generate")[0].GetProperty("new_token_ids")[0][0].GetInt32();
            int[] prompt = [.. golden.GetProperty("ids").Ints(), next];

            // A temperature changes what is drawn, not what is reported.
            var choice = await ChoiceAsync(new { prompt, echo = true, max_tokens = 0, logprobs = 5, temperature = 2 });

            var logprobs = choice.GetProperty("logprobs");
            Assert.Equal(prompt.Length, logprobs.GetProperty("tokens").GetArrayLength());
            Assert.Equal(JsonValueKind.Null, logprobs.GetProperty("token_logprobs")[0].ValueKind);
            Assert.Equal(JsonValueKind.Null, logprobs.GetProperty("top_logprobs")[0].ValueKind);
            var normalizer = Math.Log(logits.Sum(logit => Math.Exp(logit)));
            Assert.Equal(logits[next] - normalizer, logprobs.GetProperty("token_logprobs")[prompt.Length - 1].GetDouble(), 1e-3);
            var top = logprobs.GetProperty("top_logprobs")[prompt.Length - 1].EnumerateObject().Select(entry => entry.Value.GetDouble()).ToArray();
            var expected = logits.OrderDescending().Take(5).Select(logit => logit - normalizer).ToArray();
            Assert.Equal(expected.Length, top.Length);
            Assert.All(expected.Zip(top), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        }
    }

    [Fact]
    public async Task Logprobs_TokensGeneratedOrScoredAsAPrompt_AreTheSame()
    {
        var golden = Goldens.Generation[0];
        var prompt = golden.GetProperty("ids").Ints();
        var generated = await ChoiceAsync(new { prompt, max_tokens = 24, temperature = 0, logprobs = 0 });
        int[] whole = [.. prompt, .. golden.GetProperty("generate")[0].GetProperty("new_token_ids")[0].Ints()];
        var scored = await ChoiceAsync(new { prompt = whole, max_tokens = 0, echo = true, logprobs = 0 });

        var aStepAtATime = generated.GetProperty("logprobs").GetProperty("token_logprobs").Floats();
        var inOneRun = scored.GetProperty("logprobs").GetProperty("token_logprobs").EnumerateArray().Skip(prompt.Length).Select(item => item.GetSingle()).ToArray();
        Assert.Equal(24, aStepAtATime.Length);
        Assert.All(aStepAtATime.Zip(inOneRun), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        Assert.EndsWith(generated.GetProperty("text").GetString()!, scored.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logprobs_OfGeneratedTokens_NameThemWithTheirPlaces()
    {
        var choice = await ChoiceAsync(new { prompt = "Every traveller", max_tokens = 3, temperature = 0, logprobs = 2 });
        var logprobs = choice.GetProperty("logprobs");
        Assert.Equal("air sunrise fo", choice.GetProperty("text").GetString());
        Assert.Equal(["air", " sunrise", " fo"], logprobs.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
        Assert.Equal([0, 3, 11], logprobs.GetProperty("text_offset").Ints());
        for (var i = 0; i < 3; i++)
        {
            // Greedy: the token is the likeliest of the two told.
            var top = logprobs.GetProperty("top_logprobs")[i].EnumerateObject().ToArray();
            Assert.Equal(2, top.Length);
            Assert.Equal(logprobs.GetProperty("tokens")[i].GetString(), top[0].Name);
            Assert.Equal(logprobs.GetProperty("token_logprobs")[i].GetDouble(), top[0].Value.GetDouble());
            Assert.True(top[0].Value.GetDouble() >= top[1].Value.GetDouble());
        }
    }

    [Fact]
    public async Task Logprobs_ChosenTokenNotAmongTheTop_IsAddedToThem()
    {
        var choice = await ChoiceAsync(new { prompt = "The", max_tokens = 20, temperature = 2, seed = 1, logprobs = 1 });
        var logprobs = choice.GetProperty("logprobs");
        var counts = logprobs.GetProperty("top_logprobs").EnumerateArray().Select(top => top.EnumerateObject().Count()).ToArray();
        Assert.Contains(2, counts);
        Assert.All(counts, count => Assert.InRange(count, 1, 2));
        for (var i = 0; i < counts.Length; i++)
        {
            Assert.True(logprobs.GetProperty("top_logprobs")[i].TryGetProperty(logprobs.GetProperty("tokens")[i].GetString()!, out _));
        }
    }

    [Fact]
    public async Task Logprobs_EchoAndCharactersInParts_CountCodePoints()
    {
        // The smile is one character, of several tokens in this vocabulary; those that are no text are named by their bytes.
        var ids = await TokensAsync("é \U0001F600 a");
        var logprobs = (await ChoiceAsync(new { prompt = ids, max_tokens = 0, echo = true, logprobs = 0 })).GetProperty("logprobs");
        var tokens = logprobs.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!).ToArray();
        Assert.Contains(tokens, token => token.StartsWith("bytes:\\x", StringComparison.Ordinal));
        Assert.Equal(5, logprobs.GetProperty("text_offset").Ints()[^1] + tokens[^1].Length);
    }

    // The request of lm-evaluation-harness, which takes all but the last of token_logprobs for the prompt's.
    [Fact]
    public async Task Logprobs_EndOfTextAfterAScoredPrompt_HasAnEntryWithoutText()
    {
        var choice = await ChoiceAsync(new
        {
            model = "gpt2", prompt = new[] { await TokensAsync("The river") }, temperature = 0, max_tokens = 1, logprobs = 1, seed = 1234, echo = true,
            logit_bias = new Dictionary<string, int> { ["0"] = 100 },
        });
        var logprobs = choice.GetProperty("logprobs");
        Assert.Equal(("The river", "stop"), (choice.GetProperty("text").GetString(), choice.GetProperty("finish_reason").GetString()));
        Assert.Equal(["The", " river", "<|endoftext|>"], logprobs.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
        Assert.Equal([0, 3, 9], logprobs.GetProperty("text_offset").Ints());
        Assert.Equal(3, logprobs.GetProperty("token_logprobs").GetArrayLength());
        Assert.True(logprobs.GetProperty("top_logprobs")[2].TryGetProperty("<|endoftext|>", out _));
    }

    [Fact]
    public async Task Logprobs_StopString_LeavesOutTheTokensOfTheCutText()
    {
        var request = new { prompt = "Every traveller", max_tokens = 3, temperature = 0, logprobs = 0 };
        var choice = await ChoiceAsync(new { request.prompt, request.max_tokens, request.temperature, request.logprobs, stop = "rise" });
        Assert.Equal("air sun", choice.GetProperty("text").GetString());
        Assert.Equal(["air"], choice.GetProperty("logprobs").GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
    }

    [Fact]
    public async Task Logprobs_Streamed_AddUpToTheWholeAnswers()
    {
        var request = new { prompt = "You are an", max_tokens = 40, temperature = 1, seed = 9, logprobs = 2, echo = true, stop = new[] { "zzz", "sun" } };
        var whole = (await ChoiceAsync(request)).GetProperty("logprobs");
        var events = await ServerEvents.ReadAsync(server, new
        {
            request.prompt, request.max_tokens, request.temperature, request.seed, request.logprobs, request.echo, request.stop, stream = true,
        });
        foreach (var member in new[] { "tokens", "token_logprobs", "top_logprobs", "text_offset" })
        {
            var streamed = events.SelectMany(item => item.GetProperty("choices")[0].GetProperty("logprobs").GetProperty(member).EnumerateArray());
            Assert.Equal(whole.GetProperty(member).EnumerateArray().Select(item => item.ToString()), streamed.Select(item => item.ToString()));
        }
    }

    private async Task<JsonElement> ChoiceAsync(object request) => (await server.CompleteAsync(request)).GetProperty("choices")[0];

    private async Task<int[]> TokensAsync(string text)
    {
        using var response = await server.PostAsync("/tokenize", JsonSerializer.Serialize(new { prompt = text }));
        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("tokens").Ints();
    }
}
