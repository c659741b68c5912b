using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api;

/// <summary>Where a completion ends: stop strings, stop tokens, the end of text, and what holds them back.</summary>
[Collection(ModelServerCollection.Name)]
public class CompletionsStopTests(ModelServerFixture server)
{
    // Token 0 is the end of text, which is not shown.
    [Theory]
    [InlineData("{}", "", "stop", 1)]
    [InlineData("""{"include_stop_str_in_output":true}""", "<|endoftext|>", "stop", 1)]
    [InlineData("""{"include_stop_str_in_output":true,"logprobs":0}""", "<|endoftext|>", "stop", 1)]
    [InlineData("""{"logprobs":0}""", "", "stop", 1)]
    [InlineData("""{"min_tokens":3}""", "", "stop", 4)]
    [InlineData("""{"max_tokens":1}""", "", "stop", 1)]
    [InlineData("""{"stop":"endoftext"}""", "", "length", 5)] // a part of it is no text
    [InlineData("""{"skip_special_tokens":false}""", "", "stop", 1)]
    [InlineData("""{"skip_special_tokens":false,"stop":"text"}""", "<|endof", "stop", 1)]
    public async Task Completions_EndOfTextAsAStop_EndsAtItsToken(string fields, string text, string finish, int tokens)
    {
        var choice = await EndOfTextStop.AssertEndsAsync(
            server, new() { ["prompt"] = "The river", ["max_tokens"] = 5, ["temperature"] = 0, ["stop"] = new[] { "<|endoftext|>" } }, fields, text, finish, tokens);
        if (choice.GetProperty("logprobs").ValueKind == JsonValueKind.Object)
        {
            Assert.Equal("""["<|endoftext|>"]""", choice.GetProperty("logprobs").GetProperty("tokens").GetRawText());
        }
    }

    // As vLLM's detokenizer: a stop string may begin in the first tokens, but not end there. Without one: "air", " sunrise", " fo", " ma".
    [Theory]
    [InlineData(0, "sun", "air ", 2)]
    [InlineData(1, "sun", "air ", 2)]
    [InlineData(2, "sun", "air sunrise fo ma", 4)]
    [InlineData(2, "rise f", "air sun", 3)]
    [InlineData(3, "rise f", "air sunrise fo ma", 4)]
    public async Task Completions_MinTokens_StopStringsEndBehindThem(int minTokens, string stop, string text, int tokens)
    {
        var answer = await server.CompleteAsync(new { prompt = "Every traveller", max_tokens = 4, temperature = 0, min_tokens = minTokens, stop });
        Assert.Equal((text, tokens), (answer.GetProperty("choices")[0].GetProperty("text").GetString(), answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
    }

    // " sunrise" completes both.
    [Theory]
    [InlineData("unr", "r sunri", "air sunri")]
    [InlineData("ris", "rise", "air sunris")]
    [InlineData("rise", "ris", "air sunrise")]
    public async Task Completions_TokenCompletesTwoStops_TheOneThatBeginsFirstCounts(string first, string second, string text)
    {
        var answer = await server.CompleteAsync(new { prompt = "Every traveller", max_tokens = 4, temperature = 0, stop = new[] { first, second }, include_stop_str_in_output = true });
        Assert.Equal(text, answer.GetProperty("choices")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Completions_StopString_IsCutWithWhatFollows()
    {
        var request = new { prompt = "The river remembers", temperature = 0, max_tokens = 24 };
        var whole = (await server.CompleteAsync(request)).GetProperty("choices")[0].GetProperty("text").GetString()!;
        // A string in the middle that begins inside one token and ends inside another.
        var stop = whole.Substring(whole.Length / 2, 5);
        var expected = whole[..whole.IndexOf(stop, StringComparison.Ordinal)];

        foreach (object stops in new object[] { stop, new[] { "never there", stop } })
        {
            var choice = (await server.CompleteAsync(new { request.prompt, request.temperature, request.max_tokens, stop = stops })).GetProperty("choices")[0];
            Assert.Equal(expected, choice.GetProperty("text").GetString());
            Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        }
    }

    [Fact]
    public async Task Completions_StopStringIncluded_EndsBehindIt()
    {
        var choice = (await server.CompleteAsync(new { prompt = "Every traveller", temperature = 0, max_tokens = 9, stop = "sun", include_stop_str_in_output = true })).GetProperty("choices")[0];
        Assert.Equal("air sun", choice.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Completions_EndOfText_StopsUnlessForbiddenOrIgnored()
    {
        // Token 0 is <|endoftext|> in this vocabulary; the bias makes it certain wherever it is allowed.
        async Task<(string? Text, string? Reason, int Tokens)> Ask(object more)
        {
            var request = new Dictionary<string, object> { ["prompt"] = "a", ["max_tokens"] = 6, ["seed"] = 1, ["logit_bias"] = new Dictionary<string, int> { ["0"] = 100 } };
            foreach (var field in JsonSerializer.SerializeToElement(more).EnumerateObject())
            {
                request[field.Name] = field.Value;
            }
            var answer = await server.CompleteAsync(request);
            var choice = answer.GetProperty("choices")[0];
            return (choice.GetProperty("text").GetString(), choice.GetProperty("finish_reason").GetString(), answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        }

        Assert.Equal(("", "stop", 1), await Ask(new { }));
        var atLeastThree = await Ask(new { min_tokens = 3 });
        Assert.Equal(("stop", 4), (atLeastThree.Reason, atLeastThree.Tokens));
        Assert.NotEqual("", atLeastThree.Text);
        Assert.Equal(("", "length", 6), await Ask(new { ignore_eos = true }));
    }

    [Fact]
    public async Task Completions_StopTokenId_EndsWithoutShowingIt()
    {
        var answer = await server.CompleteAsync(new { prompt = "Every traveller", temperature = 0, max_tokens = 9, stop_token_ids = await SunriseAsync() });
        Assert.Equal("air", answer.GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(2, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());

        async Task<int[]> SunriseAsync()
        {
            using var response = await server.PostAsync("/tokenize", """{"prompt":" sunrise"}""");
            return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("tokens").Ints();
        }
    }
}
