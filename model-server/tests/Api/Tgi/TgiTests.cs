using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api.Tgi;

[Collection(ModelServerCollection.Name)]
public class TgiTests(ModelServerFixture server)
{
    [Theory]
    [InlineData("""{"inputs":"Every traveller","parameters":{"max_new_tokens":4}}""", """{"generated_text":"air sunrise fo ma"}""")]
    [InlineData("""{"inputs":"Every traveller","parameters":{"max_new_tokens":2,"return_full_text":true,"watermark":true,"unknown":1}}""", """{"generated_text":"Every travellerair sunrise"}""")]
    // A stop sequence stays, and one inside a token is not seen.
    [InlineData("""{"inputs":"Every traveller","parameters":{"stop":["unr","rise"]}}""", """{"generated_text":"air sunrise"}""")]
    [InlineData("""{"inputs":"Every traveller","parameters":{"stop":["","rise"]}}""", """{"generated_text":"air sunrise"}""")]
    [InlineData("""{"inputs":"Every traveller","parameters":{"max_new_tokens":2,"stop":[""]}}""", """{"generated_text":"air sunrise"}""")]
    [InlineData("""{"inputs":"Every traveller","parameters":{"max_new_tokens":2,"truncate":1}}""", """{"generated_text":" priceEl"}""")]
    [InlineData("""{"inputs":"Every traveller","parameters":{"max_new_tokens":2,"truncate":1,"return_full_text":true}}""", """{"generated_text":"Every traveller priceEl"}""")]
    [InlineData("""{"inputs":"Every traveller","parameters":{"max_new_tokens":2,"top_k":1,"temperature":3.5}}""", """{"generated_text":"air sunrise"}""")]
    public async Task Generate_Parameters_AnswerText(string body, string expected) =>
        Assert.Equal((200, expected), await server.AnswerAsync("/generate", body));

    [Fact]
    public async Task Generate_Details_TellEveryToken()
    {
        var (_, body) = await server.AnswerAsync("/generate", """{"inputs":"E","parameters":{"max_new_tokens":6,"details":true}}""");
        Assert.Equal(
            """{"generated_text":" revie revie co","details":{"finish_reason":"eos_token","generated_tokens":4,"seed":null,"prefill":[],"tokens":[{"id":549,"text":" revie","logprob":#,"special":false},{"id":549,"text":" revie","logprob":#,"special":false},{"id":325,"text":" co","logprob":#,"special":false},{"id":0,"text":"<|endoftext|>","logprob":#,"special":true}]}}""",
            Logprobs.Replace(body, [-3.2508194f, -2.6149678f, -1.6795591f, -2.9310653f]));
    }

    [Fact]
    public async Task Generate_PromptDetailsAndTopTokens_AreTold()
    {
        var (_, body) = await server.AnswerAsync("/generate", """{"inputs":"Every traveller","parameters":{"max_new_tokens":1,"decoder_input_details":true,"top_n_tokens":2}}""");
        Assert.Equal(
            """{"generated_text":"air","details":{"finish_reason":"length","generated_tokens":1,"seed":null,"prefill":[{"id":37,"text":"E","logprob":null},{"id":311,"text":"very","logprob":#},{"id":435,"text":" traveller","logprob":#}],"tokens":[{"id":534,"text":"air","logprob":#,"special":false}],"top_tokens":[[{"id":534,"text":"air","logprob":#,"special":false},{"id":201,"text":"\f","logprob":#,"special":false}]]}}""",
            Logprobs.Replace(body, [-10.818034f, -8.163509f, -2.7104614f, -2.7104614f, -3.0486076f]));
    }

    [Theory]
    [InlineData("""{"stop":[" sunrise"]}""", "stop_sequence", 2)]
    [InlineData("""{"max_new_tokens":2,"stop":[" sunrise"]}""", "length", 2)]
    [InlineData("""{"max_new_tokens":3}""", "length", 3)]
    public async Task Generate_Finish_LengthComesBeforeStops(string parameters, string reason, int tokens)
    {
        var (_, body) = await server.AnswerAsync("/generate", """{"inputs":"Every traveller","parameters":""" + parameters.Insert(1, "\"details\":true,") + "}");
        var details = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("details");
        Assert.Equal((reason, tokens), (details.GetProperty("finish_reason").GetString(), details.GetProperty("generated_tokens").GetInt32()));
    }

    [Theory]
    [InlineData("""{"inputs":"The river"}""", true)]
    [InlineData("""{"inputs":"The river","parameters":{"details":true}}""", false)]
    [InlineData("""{"inputs":"The river","parameters":{"details":true,"do_sample":true}}""", true)]
    [InlineData("""{"inputs":"The river","parameters":{"details":true,"temperature":1.0}}""", false)]
    [InlineData("""{"inputs":"The river","parameters":{"details":true,"temperature":0.9}}""", true)]
    [InlineData("""{"inputs":"The river","parameters":{"details":true,"top_p":0.9}}""", true)]
    [InlineData("""{"inputs":"The river","parameters":{"details":true,"top_k":5}}""", true)]
    [InlineData("""{"inputs":"The river","parameters":{"details":true,"typical_p":0.95}}""", true)]
    public async Task Generate_Sampling_IsOnWhenAsked(string body, bool isSampled)
    {
        using var response = await server.PostAsync("/generate", body);
        var answer = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        var used = response.Headers.GetValues("x-seed").Single();
        if (answer.TryGetProperty("details", out var details))
        {
            Assert.Equal(isSampled ? used : "null", details.GetProperty("seed").GetRawText());
        }
        // Without parameters there are no details; the text is the seed's.
        var parameters = isSampled ? $$"""{"do_sample":true,"seed":{{used}}}""" : """{"do_sample":false}""";
        var (_, again) = await server.AnswerAsync("/generate", $$"""{"inputs":"The river","parameters":{{parameters}}}""");
        if (details.ValueKind == JsonValueKind.Undefined)
        {
            Assert.Equal(JsonSerializer.Deserialize<JsonElement>(again).GetProperty("generated_text").GetString(), answer.GetProperty("generated_text").GetString());
        }
    }

    [Fact]
    public async Task Generate_LargestSeed_IsTakenAndTold()
    {
        const string Body = """{"inputs":"E","parameters":{"max_new_tokens":3,"temperature":0.5,"seed":18446744073709551615,"details":true}}""";
        using var response = await server.PostAsync("/generate", Body);
        var first = await response.Content.ReadAsStringAsync();
        Assert.Contains("\"seed\":18446744073709551615,", first, StringComparison.Ordinal);
        Assert.Equal(["18446744073709551615"], response.Headers.GetValues("x-seed"));
        Assert.Equal((200, first), await server.AnswerAsync("/generate", Body));
        using var stream = await server.PostAsync("/generate_stream", Body);
        Assert.Equal(["18446744073709551615"], stream.Headers.GetValues("x-seed"));
    }

    [Fact]
    public async Task Generate_BestOf_AnswersTheLikelierOfTwo()
    {
        var (_, body) = await server.AnswerAsync("/generate", """{"inputs":"The river","parameters":{"best_of":2,"do_sample":true,"max_new_tokens":8,"details":true}}""");
        var details = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("details");
        var other = details.GetProperty("best_of_sequences")[0];
        static double Mean(JsonElement text) => text.GetProperty("tokens").EnumerateArray().Average(token => token.GetProperty("logprob").GetDouble());
        Assert.True(Mean(details) >= Mean(other));
        // Each text is what its own seed gives.
        foreach (var (text, seed) in new[]
        {
            (JsonSerializer.Deserialize<JsonElement>(body).GetProperty("generated_text").GetString(), details.GetProperty("seed").GetUInt64()),
            (other.GetProperty("generated_text").GetString(), other.GetProperty("seed").GetUInt64()),
        })
        {
            var (_, alone) = await server.AnswerAsync("/generate", $$$"""{"inputs":"The river","parameters":{"seed":{{{seed}}},"do_sample":true,"max_new_tokens":8}}""");
            Assert.Equal(text, JsonSerializer.Deserialize<JsonElement>(alone).GetProperty("generated_text").GetString());
        }
    }

    [Fact]
    public async Task Generate_Answer_HasTheRoutersHeaders()
    {
        using var response = await server.PostAsync("/generate", """{"inputs":"Every traveller","parameters":{"max_new_tokens":4}}""");
        Assert.Equal(["cpu"], response.Headers.GetValues("x-compute-type"));
        Assert.Equal(["15"], response.Headers.GetValues("x-compute-characters"));
        Assert.Equal(["3"], response.Headers.GetValues("x-prompt-tokens"));
        Assert.Equal(["4"], response.Headers.GetValues("x-generated-tokens"));
        foreach (var name in new[] { "x-compute-time", "x-total-time", "x-validation-time", "x-queue-time", "x-inference-time", "x-time-per-token", "x-request-id", "x-model-version" })
        {
            Assert.Single(response.Headers.GetValues(name));
        }
    }

    [Fact]
    public async Task GenerateStream_HasAnEventForEachToken()
    {
        using var response = await server.PostAsync("/generate_stream", """{"inputs":"E","parameters":{"max_new_tokens":6,"details":true,"return_full_text":true}}""");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["no"], response.Headers.GetValues("X-Accel-Buffering"));
        Assert.Equal(
            """
            data: {"index":1,"token":{"id":549,"text":" revie","logprob":#,"special":false},"generated_text":null,"details":null}

            data: {"index":2,"token":{"id":549,"text":" revie","logprob":#,"special":false},"generated_text":null,"details":null}

            data: {"index":3,"token":{"id":325,"text":" co","logprob":#,"special":false},"generated_text":null,"details":null}

            data: {"index":4,"token":{"id":0,"text":"<|endoftext|>","logprob":#,"special":true},"generated_text":"E revie revie co","details":{"finish_reason":"eos_token","generated_tokens":4,"seed":null,"input_length":1}}


            """,
            Logprobs.Replace(await response.Content.ReadAsStringAsync(), [-3.2508194f, -2.6149678f, -1.6795591f, -2.9310653f]));
    }

    [Fact]
    public async Task GenerateStream_WhatTheRequestGetsWrong_IsAnEvent() => Assert.Equal(
        (200, "data: {\"error\":\"Input validation error: `inputs` cannot be empty\",\"error_type\":\"validation\"}\n\n"),
        await server.AnswerAsync("/generate_stream", """{"inputs":""}"""));

    [Fact]
    public async Task Root_BodyWithInputs_AnswersInAnArray() => Assert.Equal(
        (200, """[{"generated_text":"air sunrise"}]"""),
        await server.AnswerAsync("/", """{"inputs":"Every traveller","parameters":{"max_new_tokens":2}}"""));

    [Fact]
    public async Task Root_BodyWithInputsAndStream_Streams()
    {
        var (status, body) = await server.AnswerAsync("/", """{"inputs":"Every traveller","parameters":{"max_new_tokens":1},"stream":true}""");
        Assert.Equal((200, """data: {"index":1,"token":{"id":534,"text":"air","logprob":#,"special":false},"generated_text":"air","details":null}""" + "\n\n"), (status, Logprobs.Replace(body, [-2.7104614f])));
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/ping")]
    public async Task Health_Ready_IsEmpty(string path)
    {
        using var response = await server.Http.GetAsync(path);
        Assert.Equal((200, ""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Info_TellsModelAndLimits()
    {
        var info = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync("/info"));
        Assert.Equal("gpt2", info.GetProperty("model_id").GetString());
        Assert.Equal("text-generation", info.GetProperty("model_pipeline_tag").GetString());
        Assert.Equal((127, 127, 128), (info.GetProperty("max_input_tokens").GetInt32(), info.GetProperty("max_input_length").GetInt32(), info.GetProperty("max_total_tokens").GetInt32()));
        Assert.Equal((2, 4, 256), (info.GetProperty("max_best_of").GetInt32(), info.GetProperty("max_stop_sequences").GetInt32(), info.GetProperty("max_concurrent_requests").GetInt32()));
    }

    [Fact]
    public Task GenerateStream_CallerGoesAway_FreesTheModel() => server.LeaveAsync("/generate_stream", """{"inputs":"a","parameters":{"max_new_tokens":120,"seed":1}}""");

    [Theory]
    [InlineData("{", "the body is not valid JSON: line 1, byte 2")]
    [InlineData("{}", "'inputs' is required: a string")]
    [InlineData("""{"inputs":5}""", "'inputs' must be a string; got 5")]
    [InlineData("""{"inputs":""}""", "`inputs` cannot be empty")]
    [InlineData("""{"inputs":"a","parameters":5}""", "'parameters' must be an object; got 5")]
    [InlineData("""{"inputs":"a","parameters":{"best_of":3}}""", "`best_of` must be > 0 and <= 2. Given: 3")]
    [InlineData("""{"inputs":"a","parameters":{"best_of":2}}""", "you must use sampling when `best_of` is > 1")]
    [InlineData("""{"inputs":"a","parameters":{"best_of":2,"do_sample":true,"seed":1}}""", "`seed` must not be set when `best_of` is > 1")]
    [InlineData("""{"inputs":"a","parameters":{"temperature":0}}""", "`temperature` must be strictly positive")]
    [InlineData("""{"inputs":"a","parameters":{"temperature":1e-300}}""", "`temperature` must be strictly positive")]
    [InlineData("""{"inputs":"a","parameters":{"temperature":"hot"}}""", "'parameters.temperature' must be a number; got \"hot\"")]
    [InlineData("""{"inputs":"a","parameters":{"repetition_penalty":0}}""", "`repetition_penalty` must be strictly positive")]
    [InlineData("""{"inputs":"a","parameters":{"frequency_penalty":2.5}}""", "`frequency_penalty` must be >= -2.0 and <= 2.0")]
    [InlineData("""{"inputs":"a","parameters":{"top_k":0}}""", "`top_k` must be strictly positive")]
    [InlineData("""{"inputs":"a","parameters":{"top_p":1.0}}""", "`top_p` must be > 0.0 and < 1.0")]
    [InlineData("""{"inputs":"a","parameters":{"typical_p":1.0}}""", "`typical_p` must be > 0.0 and < 1.0")]
    [InlineData("""{"inputs":"a","parameters":{"grammar":{"type":"json"}}}""", "`grammar` is not supported by this server")]
    [InlineData("""{"inputs":"a","parameters":{"adapter_id":"x"}}""", "`adapter_id` is not supported by this server")]
    [InlineData("""{"inputs":"a","parameters":{"max_new_tokens":0}}""", "`max_new_tokens` must be strictly positive")]
    [InlineData("""{"inputs":"a","parameters":{"max_new_tokens":128}}""", "`inputs` tokens + `max_new_tokens` must be <= 128. Given: 1 `inputs` tokens and 128 `max_new_tokens`")]
    [InlineData("""{"inputs":"a","parameters":{"truncate":0}}""", "`truncate` must be strictly positive and less than 127. Given: 0")]
    [InlineData("""{"inputs":"a","parameters":{"stop":["a","b","c","d","e"]}}""", "`stop` supports up to 4 stop sequences. Given: 5")]
    [InlineData("""{"inputs":"a","parameters":{"stop":"a"}}""", "'parameters.stop' must be an array of strings; got \"a\"")]
    [InlineData("""{"inputs":"a","parameters":{"top_n_tokens":6}}""", "`top_n_tokens` must be >= 0 and <= 5. Given: 6")]
    [InlineData("""{"inputs":"a","parameters":{"seed":-1}}""", "'seed' must be a whole number of at least 0 and at most 64 bits; got -1")]
    public async Task Generate_BadField_IsAValidationError(string body, string message)
    {
        var (status, answer) = await server.AnswerAsync("/generate", body);
        Assert.Equal(422, status);
        var error = JsonSerializer.Deserialize<JsonElement>(answer);
        Assert.Equal($"Input validation error: {message}", error.GetProperty("error").GetString());
        Assert.Equal("validation", error.GetProperty("error_type").GetString());
    }

    [Theory]
    [InlineData("""{"inputs":"a","parameters":{"best_of":2,"do_sample":true}}""", "`best_of` != 1 is not supported when streaming tokens")]
    [InlineData("""{"inputs":"a","parameters":{"decoder_input_details":true}}""", "`decoder_input_details` == true is not supported when streaming tokens")]
    public async Task GenerateStream_WhatNeedsTheWholeText_IsRefused(string body, string message) => Assert.Equal(
        (200, $"data: {{\"error\":\"Input validation error: {message}\",\"error_type\":\"validation\"}}\n\n"), await server.AnswerAsync("/generate_stream", body));

    [Fact]
    public async Task Generate_InputsTooLong_AreCounted()
    {
        var (status, answer) = await server.AnswerAsync("/generate", JsonSerializer.Serialize(new { inputs = string.Concat(Enumerable.Repeat("!?", 64)) }));
        Assert.Equal((422, """{"error":"Input validation error: `inputs` must have less than 127 tokens. Given: 128","error_type":"validation"}"""), (status, answer));
    }
}
