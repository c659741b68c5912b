using System.Globalization;
using System.Text.Json;
using ElasticSynapse.ModelServer.Tokenization;

namespace ElasticSynapse.ModelServer.Tests.Api;

[Collection(ModelServerCollection.Name)]
public class CompletionsTests(ModelServerFixture server)
{
    private static readonly string[] GreedyGoldens = ["greedy", "greedy_repetition_penalty", "greedy_no_repeat_ngram"];

    public static TheoryData<int, string> Greedy()
    {
        var cases = new TheoryData<int, string>();
        for (var prompt = 0; prompt < Goldens.Generation.Length; prompt++)
        {
            foreach (var name in GreedyGoldens)
            {
                cases.Add(prompt, name);
            }
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Greedy))]
    public async Task Completions_Greedy_ContinuesAsHuggingFace(int prompt, string name)
    {
        var golden = Goldens.Generation[prompt];
        var expected = golden.GetProperty("generate").EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);
        var args = expected.GetProperty("args");
        var tokens = expected.GetProperty("new_token_ids")[0].Ints();
        var request = new Dictionary<string, object>
        {
            ["prompt"] = golden.Prompt(),
            ["temperature"] = 0,
            ["max_tokens"] = args.GetProperty("max_new_tokens").GetInt32(),
        };
        foreach (var field in new[] { "repetition_penalty", "no_repeat_ngram_size" })
        {
            if (args.TryGetProperty(field, out var value))
            {
                request[field] = value;
            }
        }

        var answer = await server.CompleteAsync(request);

        // The end-of-text token, 0 in this vocabulary, ends a text and is not shown.
        var shown = tokens[^1] == 0 ? tokens[..^1] : tokens;
        var text = BpeTokenizer.Load(ElasticSynapse.Tests.RepositoryFiles.Data("huggingface", "gpt2")).Decode(shown);
        Assert.Equal(text, answer.GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal(tokens[^1] == 0 ? "stop" : "length", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(golden.GetProperty("ids").GetArrayLength(), answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(tokens.Length, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Completions_Answer_HasTheShapeThatClientsRead()
    {
        using var response = await server.PostAsync("/v1/completions", """{"model":"gpt2","prompt":"The river remembers","temperature":0,"max_tokens":4}""");
        var answer = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        Assert.StartsWith("cmpl-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("text_completion", answer.GetProperty("object").GetString());
        Assert.Equal("gpt2", answer.GetProperty("model").GetString());
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("choices")[0].GetProperty("logprobs").ValueKind);
        Assert.Equal(0, answer.GetProperty("choices")[0].GetProperty("index").GetInt32());
        Assert.Equal(7, answer.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Equal("gpt2", response.Headers.GetValues("x-model-name").Single());
        Assert.Equal(ModelServerFixture.Version, response.Headers.GetValues("x-model-version").Single());
        Assert.Single(response.Headers.GetValues("x-request-id"));
    }

    // @huggingface/inference 4 does so whenever it is given an endpoint.
    [Theory]
    [InlineData("http://127.0.0.1:8081")]
    [InlineData("https://models.example/gpt2")]
    public async Task Completions_ModelIsAnAddress_AnswersFromTheServedOne(string address)
    {
        var answer = await server.CompleteAsync(new { model = address, prompt = "Every traveller", temperature = 0, max_tokens = 1 });

        Assert.Equal("gpt2", answer.GetProperty("model").GetString());
        Assert.Equal("air", answer.GetProperty("choices")[0].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.3)]
    public async Task Completions_Streamed_AddsUpToTheWholeAnswer(double temperature)
    {
        foreach (var golden in Goldens.Generation)
        {
            var request = new { prompt = golden.Prompt(), temperature, seed = 11, max_tokens = 40 };
            var whole = await server.CompleteAsync(request);
            var events = await ServerEvents.ReadAsync(server, new
            {
                request.prompt, request.temperature, request.seed, request.max_tokens, stream = true, stream_options = new { include_usage = true },
            });

            var text = string.Concat(events.SelectMany(item => item.GetProperty("choices").EnumerateArray()).Select(choice => choice.GetProperty("text").GetString()));
            Assert.Equal(whole.GetProperty("choices")[0].GetProperty("text").GetString(), text);
            Assert.Equal(
                whole.GetProperty("choices")[0].GetProperty("finish_reason").GetString(),
                events[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
            Assert.All(events.SkipLast(2), item => Assert.Equal(JsonValueKind.Null, item.GetProperty("choices")[0].GetProperty("finish_reason").ValueKind));
            Assert.Equal(0, events[^1].GetProperty("choices").GetArrayLength());
            Assert.Equal(whole.GetProperty("usage").ToString(), events[^1].GetProperty("usage").ToString());
            Assert.Single(events.Select(item => item.GetProperty("id").GetString()).Distinct());
        }
    }

    [Fact]
    public async Task Completions_SameSeed_SameText_OtherSeed_OtherText()
    {
        async Task<string?> Text(long seed) => (await server.CompleteAsync(new { prompt = "The", seed, max_tokens = 30 }))
            .GetProperty("choices")[0].GetProperty("text").GetString();
        Assert.Equal(await Text(5), await Text(5));
        Assert.NotEqual(await Text(5), await Text(6));
    }

    [Theory]
    [InlineData("""{"prompt":"Every traveller","truncate_prompt_tokens":1,"max_tokens":2,"temperature":0}""", " priceEl", 1)]
    [InlineData("""{"prompt":"Every traveller","truncate_prompt_tokens":1,"max_tokens":2,"temperature":0,"echo":true}""", " traveller priceEl", 1)]
    [InlineData("""{"prompt":[37,311,435],"truncate_prompt_tokens":1,"max_tokens":2,"temperature":0}""", " priceEl", 1)]
    [InlineData("""{"prompt":"Every traveller","truncate_prompt_tokens":3,"max_tokens":2,"temperature":0}""", "air sunrise", 3)]
    [InlineData("""{"prompt":"Every traveller","top_k":-1,"max_tokens":2,"temperature":0}""", "air sunrise", 3)]
    [InlineData("""{"prompt":"E","ignore_eos":true,"max_tokens":4,"temperature":0}""", " revie revie co", 1)]
    [InlineData("""{"prompt":"E","ignore_eos":true,"skip_special_tokens":false,"max_tokens":4,"temperature":0}""", " revie revie co<|endoftext|>", 1)]
    [InlineData("""{"prompt":"E","skip_special_tokens":false,"max_tokens":4,"temperature":0}""", " revie revie co", 1)]
    public async Task Completions_FieldsOfVllm_MeanWhatTheyMeanThere(string body, string text, int promptTokens)
    {
        var (_, answer) = await server.AnswerAsync("/v1/completions", body);

        var completion = JsonSerializer.Deserialize<JsonElement>(answer);
        Assert.Equal(text, completion.GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal(promptTokens, completion.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Completions_LogitBias_ForcesAndForbidsTokens()
    {
        var forced = await server.CompleteAsync(new { prompt = "a", max_tokens = 3, logit_bias = new Dictionary<string, int> { ["271"] = 100 } });
        Assert.Equal("TheTheThe", forced.GetProperty("choices")[0].GetProperty("text").GetString());
        var request = new { prompt = "Every traveller", temperature = 0, max_tokens = 1 };
        var forbidden = await server.CompleteAsync(new { request.prompt, request.temperature, request.max_tokens, logit_bias = new Dictionary<string, int> { ["534"] = -100 } });
        Assert.Equal("air", (await server.CompleteAsync(request)).GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.NotEqual("air", forbidden.GetProperty("choices")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Completions_SeveralPromptsAndChoices_EachEqualsItsOwnRequest()
    {
        var together = await server.CompleteAsync(new { prompt = new[] { "The river", "You are an" }, n = 2, seed = 3, max_tokens = 12, echo = true });
        var first = await server.CompleteAsync(new { prompt = "The river", n = 2, seed = 3, max_tokens = 12, echo = true });
        var second = await server.CompleteAsync(new { prompt = "You are an", n = 2, seed = 3, max_tokens = 12, echo = true });

        Assert.Equal(Texts(first).Concat(Texts(second)), Texts(together));
        Assert.Equal([0, 1, 2, 3], together.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.StartsWith("The river", Texts(together)[1], StringComparison.Ordinal);
        Assert.NotEqual(Texts(together)[0], Texts(together)[1]);
    }

    [Theory]
    [InlineData(5L)]
    [InlineData(null)] // drawn
    public async Task Completions_SamePromptTwice_TextsOfTwoChoicesThatTheSeedGivesAgain(long? seed)
    {
        using var response = await server.PostAsync("/v1/completions", JsonSerializer.Serialize(new { prompt = new[] { "The river", "A", "The river" }, seed, max_tokens = 12 }));
        var texts = Texts(JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()));
        Assert.NotEqual(texts[0], texts[2]);

        var used = long.Parse(response.Headers.GetValues("x-seed").Single(), CultureInfo.InvariantCulture);
        Assert.Equal([texts[0], texts[2]], Texts(await server.CompleteAsync(new { prompt = "The river", n = 2, seed = used, max_tokens = 12 })));
        Assert.Equal([texts[1]], Texts(await server.CompleteAsync(new { prompt = "A", seed = used, max_tokens = 12 })));
    }

    [Fact]
    public async Task Completions_PromptAsTokenIds_EqualsItsText()
    {
        var ids = Goldens.Generation[0].GetProperty("ids").Ints();
        var byText = await server.CompleteAsync(new { prompt = Goldens.Generation[0].Prompt(), temperature = 0 });
        var byIds = await server.CompleteAsync(new { prompt = ids, temperature = 0 });
        Assert.Equal(byText.GetProperty("choices").ToString(), byIds.GetProperty("choices").ToString());
    }

    [Theory]
    [InlineData("""{"prompt":"","temperature":0}""")]
    [InlineData("""{"prompt":null,"temperature":0}""")]
    [InlineData("""{"temperature":0}""")]
    [InlineData("""{"prompt":[0],"temperature":0}""")]
    public async Task Completions_EmptyPrompt_StartsFromEndOfText(string body)
    {
        using var response = await server.PostAsync("/v1/completions", body);
        var answer = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        var expected = await server.CompleteAsync(new { prompt = "<|endoftext|>", allow_special = true, temperature = 0 });
        Assert.Equal(expected.GetProperty("choices").ToString(), answer.GetProperty("choices").ToString());
        Assert.Equal(1, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Completions_NulInThePrompt_IsText()
    {
        var answer = await server.CompleteAsync(new { prompt = "a\0b", max_tokens = 1 });
        Assert.Equal(3, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Completions_MaxTokensZero_EchoesThePrompt()
    {
        var choice = (await server.CompleteAsync(new { prompt = "The river", max_tokens = 0, echo = true })).GetProperty("choices")[0];
        Assert.Equal("The river", choice.GetProperty("text").GetString());
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Completions_ContextFilledToTheLastToken_IsAnswered()
    {
        var answer = await server.CompleteAsync(new { prompt = new[] { Enumerable.Repeat(65, 100).ToArray() }, max_tokens = 28, temperature = 0 });
        Assert.Equal(128, answer.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task Completions_ManyAtATime_EachEqualsTheSameRequestAlone()
    {
        var requests = Enumerable.Range(0, 60).Select(i => new
        {
            prompt = Goldens.Generation[i % Goldens.Generation.Length].Prompt(), seed = i, temperature = i % 3, max_tokens = 1 + (i % 20), top_k = i % 5,
        }).Select(request => new { request.prompt, request.seed, temperature = request.temperature / 2.0, request.max_tokens, request.top_k }).ToArray();
        var alone = new List<string>();
        foreach (var request in requests)
        {
            alone.Add((await server.CompleteAsync(request)).GetProperty("choices").ToString());
        }
        var together = await Task.WhenAll(requests.Select(server.CompleteAsync));
        Assert.Equal(alone, together.Select(answer => answer.GetProperty("choices").ToString()));
    }

    [Fact]
    public async Task Completions_ManyWithStopsAndDepartures_EachEqualsTheSameRequestAlone()
    {
        var random = new Random(20261120);
        var requests = Enumerable.Range(0, 400).Select(i => new
        {
            prompt = Enumerable.Range(0, 1 + random.Next(90)).Select(_ => 1 + random.Next(842)).ToArray(),
            seed = i,
            temperature = random.Next(3) / 2.0,
            max_tokens = random.Next(38),
            top_p = random.Next(2) == 0 ? 1 : 0.8,
            repetition_penalty = random.Next(4) == 0 ? 1.3 : 1,
            stop = new[] { "e", "sun", "zzz" }[random.Next(3)],
            logprobs = random.Next(3) == 0 ? 2 : (int?)null,
            echo = random.Next(4) == 0,
        }).ToArray();
        var leaves = requests.Select(_ => random.Next(4) == 0).ToArray();
        var alone = new List<string>();
        foreach (var request in requests)
        {
            alone.Add((await server.CompleteAsync(request)).GetProperty("choices").ToString());
        }

        using var gate = new SemaphoreSlim(64); // within Scheduler__MaxQueuedSequences
        var together = await Task.WhenAll(requests.Select(async (request, i) =>
        {
            await gate.WaitAsync();
            try
            {
                return leaves[i] ? await LeaveAsync(request) : (await server.CompleteAsync(request)).GetProperty("choices").ToString();
            }
            finally
            {
                gate.Release();
            }
        }));

        Assert.All(alone.Zip(together), pair => Assert.True(pair.Second is null || pair.First == pair.Second, $"{pair.First}\n{pair.Second}"));

        // Sends a request and goes away once it is under way.
        async Task<string?> LeaveAsync(object request)
        {
            using var content = new StringContent(JsonSerializer.Serialize(request).Replace("{", "{\"stream\":true,", StringComparison.Ordinal));
            using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = content };
            using var response = await server.Http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
            Assert.True(response.IsSuccessStatusCode);
            return null;
        }
    }

    [Fact]
    public async Task Completions_CallerGoesAway_FreesTheModelForTheNext()
    {
        using (var leaving = new CancellationTokenSource())
        {
            using var content = new StringContent("""{"prompt":"a","n":100,"max_tokens":120,"stream":true}""");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = content };
            using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
            Assert.True(response.IsSuccessStatusCode);
        }
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        string metrics;
        do
        {
            metrics = await server.Http.GetStringAsync("/metrics", limit.Token);
        }
        while (!metrics.Contains("vllm:num_requests_running{model_name=\"gpt2\"} 0\n", StringComparison.Ordinal)
            || !metrics.Contains("vllm:num_requests_waiting{model_name=\"gpt2\"} 0\n", StringComparison.Ordinal));
        Assert.Contains("vllm:request_success_total{finished_reason=\"abort\",model_name=\"gpt2\"}", metrics, StringComparison.Ordinal);
        Assert.Equal(1, (await server.CompleteAsync(new { prompt = "a", max_tokens = 1 })).GetProperty("choices").GetArrayLength());
    }

    private static string[] Texts(JsonElement answer) =>
        [.. answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()!)];
}
