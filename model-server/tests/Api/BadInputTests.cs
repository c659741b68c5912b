using System.Net;
using System.Text;
using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api;

[Collection(ModelServerCollection.Name)]
public class BadInputTests(ModelServerFixture server)
{
    [Theory]
    [InlineData("{", 400, null, "not valid JSON")]
    [InlineData("", 400, null, "not valid JSON")]
    [InlineData("[]", 400, null, "must be a JSON object; got []")]
    [InlineData("""{"prompt":"a"} x""", 400, null, "not valid JSON")]
    [InlineData("""{"prompt":5}""", 400, "prompt", "'prompt' must be a string")]
    [InlineData("""{"prompt":{}}""", 400, "prompt", "got {}")]
    [InlineData("""{"prompt":[]}""", 400, "prompt", "non-empty array")]
    [InlineData("""{"prompt":["a",5]}""", 400, "prompt[1]", "got 5")]
    [InlineData("""{"prompt":[[]]}""", 400, "prompt[0]", "got []")]
    [InlineData("""{"prompt":[1,-1]}""", 400, "prompt[1]", "0 to 842; got -1")]
    [InlineData("""{"prompt":[843]}""", 400, "prompt[0]", "token id of gpt2 1557429385_v0.01, 0 to 842; got 843")]
    [InlineData("""{"prompt":[1.5]}""", 400, "prompt[0]", "got 1.5")]
    [InlineData("""{"prompt":"\ud800"}""", 400, "prompt", "unpaired surrogate")]
    [InlineData("""{"prompt":"\udc00x"}""", 400, "prompt", "unpaired surrogate")]
    [InlineData("""{"prompt":"a","stop":"\ud83d"}""", 400, "stop", "unpaired surrogate")]
    [InlineData("""{"prompt":"a","max_tokens":129}""", 400, "max_tokens", "This model's maximum context length is 128 tokens, however you requested 130 tokens (1 in your prompt; 129 for the completion). Please reduce your prompt; or completion length. (gpt2 1557429385_v0.01)")]
    [InlineData("""{"prompt":"a","max_tokens":2147483647}""", 400, "max_tokens", "you requested 2147483648 tokens (1 in your prompt; 2147483647 for the completion)")]
    [InlineData("""{"prompt":"a","max_tokens":99999999999}""", 400, "max_tokens", "between 0 and 2,147,483,647; got 99999999999")]
    [InlineData("""{"prompt":"a","max_tokens":-1}""", 400, "max_tokens", "got -1")]
    [InlineData("""{"prompt":"a","max_tokens":1.5}""", 400, "max_tokens", "whole number")]
    [InlineData("""{"prompt":"a","max_tokens":"5"}""", 400, "max_tokens", "got \"5\"")]
    [InlineData("""{"prompt":"a","temperature":-0.1}""", 400, "temperature", "between 0 and 2; got -0.1")]
    [InlineData("""{"prompt":"a","temperature":2.1}""", 400, "temperature", "got 2.1")]
    [InlineData("""{"prompt":"a","temperature":NaN}""", 400, null, "not valid JSON")]
    [InlineData("""{"prompt":"a","temperature":"NaN"}""", 400, "temperature", "got \"NaN\"")]
    [InlineData("""{"prompt":"a","temperature":1e999}""", 400, "temperature", "got 1e999")]
    [InlineData("""{"prompt":"a","top_p":-1}""", 400, "top_p", "between 0 and 1; got -1")]
    [InlineData("""{"prompt":"a","top_p":1.01}""", 400, "top_p", "got 1.01")]
    [InlineData("""{"prompt":"a","top_k":-2}""", 400, "top_k", "'top_k' must be a whole number between -1 and 2,147,483,647; got -2")]
    [InlineData("""{"prompt":"a","truncate_prompt_tokens":0}""", 400, "truncate_prompt_tokens", "'truncate_prompt_tokens' must be a whole number between 1 and 2,147,483,647; got 0")]
    [InlineData("""{"prompt":"a","skip_special_tokens":0}""", 400, "skip_special_tokens", "'skip_special_tokens' must be true or false; got 0")]
    [InlineData("""{"prompt":"a","min_p":2}""", 400, "min_p", "got 2")]
    [InlineData("""{"prompt":"a","repetition_penalty":0}""", 400, "repetition_penalty", "got 0")]
    [InlineData("""{"prompt":"a","seed":"x"}""", 400, "seed", "got \"x\"")]
    [InlineData("""{"prompt":"a","seed":9223372036854775808}""", 400, "seed", "of at most 64 bits; got 9223372036854775808")]
    [InlineData("""{"prompt":"a","n":2,"best_of":1}""", 400, "best_of", "'best_of' is 1 and 'n' is 2")]
    [InlineData("""{"prompt":"a","stream":true,"stream_options":{"include_usage":1}}""", 400, "stream_options.include_usage", "true or false; got 1")]
    [InlineData("""{"prompt":"a","stream":true,"stream_options":{"\ud800aaaaaaaaaaaa":1}}""", 400, "stream_options", "name is not valid Unicode")]
    [InlineData("""{"prompt":"a","n":0}""", 400, "n", "between 1 and 128; got 0")]
    [InlineData("""{"prompt":"a","stop":""}""", 400, "stop", "0 characters")]
    [InlineData("""{"prompt":"a","stop":[1]}""", 400, "stop[0]", "must be a string; got 1")]
    [InlineData("""{"prompt":"a","stream":"yes"}""", 400, "stream", "true or false")]
    [InlineData("""{"prompt":"a","stream_options":{"include_usage":true}}""", 400, "stream_options", "only allowed when 'stream' is true")]
    [InlineData("""{"prompt":"a","suffix":"b"}""", 400, "suffix", "'suffix' is not supported")]
    [InlineData("""{"prompt":"a","logprobs":6}""", 400, "logprobs", "between 0 and 5; got 6")]
    [InlineData("""{"prompt":"a","logprobs":true}""", 400, "logprobs", "whole number")]
    [InlineData("""{"prompt":"a","max_tokens":2,"min_tokens":3}""", 400, "min_tokens", "between 0 and 2; got 3")]
    [InlineData("""{"prompt":"a","presence_penalty":2.5}""", 400, "presence_penalty", "between -2 and 2; got 2.5")]
    [InlineData("""{"prompt":"a","frequency_penalty":-3}""", 400, "frequency_penalty", "got -3")]
    [InlineData("""{"prompt":"a","logit_bias":{"843":1}}""", 400, "logit_bias", "has a member \"843\"; each must be named by a token id of gpt2 1557429385_v0.01, 0 to 842")]
    [InlineData("""{"prompt":"a","logit_bias":{"\ud800":1}}""", 400, "logit_bias", "named by a token id")]
    [InlineData("""{"prompt":"a","logit_bias":{"5":101}}""", 400, "logit_bias.5", "between -100 and 100; got 101")]
    [InlineData("""{"prompt":"a","logit_bias":[5]}""", 400, "logit_bias", "got [5]")]
    [InlineData("""{"prompt":"a","stop_token_ids":[999]}""", 400, "stop_token_ids[0]", "got 999")]
    [InlineData("""{"prompt":"a","stop_token_ids":5}""", 400, "stop_token_ids", "an array of token ids; got 5")]
    [InlineData("""{"prompt":"a","ignore_eos":1}""", 400, "ignore_eos", "true or false")]
    [InlineData("""{"prompt":"a","num_beams":6}""", 400, "num_beams", "'num_beams' must be a whole number between 1 and 5; got 6")]
    [InlineData("""{"prompt":"a","num_beams":3,"n":4}""", 400, "n", "4 texts are to be returned, but 3 beams find no more than 3")]
    [InlineData("""{"prompt":"a","num_beams":3,"num_return_sequences":4}""", 400, "num_return_sequences", "4 texts are to be returned, but 3 beams find no more than 3")]
    [InlineData("""{"prompt":"a","num_return_sequences":4,"n":3}""", 400, "num_return_sequences", "'num_return_sequences' is 4 and 'n' is 3, which mean the same; leave one of them out")]
    [InlineData("""{"prompt":"a","num_beams":3,"temperature":0.7}""", 400, "temperature", "'temperature' is 0.7, but beam search does not sample; leave it out")]
    [InlineData("""{"prompt":"a","num_beams":3,"top_k":40}""", 400, "top_k", "'top_k' is 40, but beam search does not sample; leave it out")]
    [InlineData("""{"prompt":"a","num_beams":3,"logprobs":1}""", 400, "logprobs", "'logprobs' is not supported in beam search")]
    [InlineData("""{"prompt":"a","num_beams":3,"max_tokens":0}""", 400, "max_tokens", "'max_tokens' is 0, but beam search generates at least 1")]
    [InlineData("""{"prompt":"a","num_beams":3,"early_stopping":"soon"}""", 400, "early_stopping", "'early_stopping' must be true, false or \"never\"; got \"soon\"")]
    [InlineData("""{"prompt":"a","length_penalty":0.5}""", 400, "length_penalty", "'length_penalty' has an effect in beam search only; 'num_beams' must be at least 2")]
    [InlineData("""{"prompt":"a","early_stopping":true}""", 400, "early_stopping", "'early_stopping' has an effect in beam search only; 'num_beams' must be at least 2")]
    [InlineData("""{"prompt":"a","use_beam_search":true}""", 400, "use_beam_search", "there is one beam only; 'num_beams' or 'best_of' must be at least 2")]
    [InlineData("""{"prompt":"a","best_of":21}""", 400, "best_of", "'best_of' must be a whole number between 0 and 20; got 21")]
    [InlineData("""{"prompt":"a","best_of":3,"stream":true}""", 400, "best_of", "which texts are best is known at their end only, so 'stream' must be false")]
    [InlineData("""{"prompt":"a","model":"other"}""", 404, "model", "'other' does not exist; this server has 'gpt2', version '1557429385_v0.01'")]
    [InlineData("""{"prompt":"a","model":"gpt2@2_v0.01"}""", 404, "model", "does not exist")]
    [InlineData("""{"prompt":"a","model":5}""", 400, "model", "must be a string")]
    public async Task Completions_BadField_IsNamedWithValueLimitAndOwner(string body, int status, string? parameter, string message)
    {
        using var response = await server.PostAsync("/v1/completions", body);
        await AssertErrorAsync(response, status, parameter, message);
        await AssertServesAsync();
    }

    [Fact]
    public async Task Completions_TokenIdThatIsHuge_IsQuotedInBrief()
    {
        using var response = await server.PostAsync("/v1/completions", $$"""{"prompt":[1,"{{new string('a', 100_000)}}"]}""");
        await AssertErrorAsync(response, 400, "prompt[1]", "… (100,002 characters)");
        Assert.InRange(response.Content.Headers.ContentLength!.Value, 1, 500);
    }

    [Theory]
    [InlineData("/v1/completions", "prompt")]
    [InlineData("/detokenize", "tokens")]
    public async Task TokenIds_BytesThatAreNotUtf8_AreRefused(string path, string field)
    {
        using var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes($"{{\"{field}\":[1,\""), 0xFF, .. "\"]}"u8]);
        using var response = await server.Http.PostAsync(path, content);
        await AssertErrorAsync(response, 400, $"{field}[1]", "got text that is not UTF-8");
    }

    [Fact]
    public async Task Completions_ModelNameThatIsHuge_IsQuotedInBrief()
    {
        using var response = await server.PostAsync("/v1/completions", $$"""{"prompt":"a","model":"{{new string('m', 100_000)}}"}""");
        await AssertErrorAsync(response, 404, "model", "… (100,000 characters)' does not exist");
        using var single = await server.Http.GetAsync($"/v1/models/{new string('m', 5_000)}");
        await AssertErrorAsync(single, 404, "model", "… (5,000 characters)' does not exist");
    }

    [Theory]
    [InlineData(129, null, "129 tokens (129 in your prompt; 0 for the completion)")]
    [InlineData(5_000, 0, "5000 tokens (5000 in your prompt; 0 for the completion)")]
    [InlineData(129, 10, "139 tokens (129 in your prompt; 10 for the completion)")]
    [InlineData(128, null, "129 tokens (128 in your prompt; 1 for the completion)")] // the least that a completion is
    public async Task Completions_PromptLongerThanTheContext_IsRefused(int tokens, int? maxTokens, string requested)
    {
        var prompt = Enumerable.Repeat(1, tokens);
        using var response = await server.PostAsync("/v1/completions", JsonSerializer.Serialize(new { prompt, max_tokens = maxTokens }));
        await AssertErrorAsync(response, 400, "prompt", $"This model's maximum context length is 128 tokens, however you requested {requested}. Please reduce your prompt; or completion length. (gpt2 1557429385_v0.01)");
        await AssertServesAsync();
    }

    [Fact]
    public async Task Completions_NeutralValuesOfUnsupportedFields_Pass()
    {
        using var response = await server.PostAsync("/v1/completions",
            """{"prompt":"a","max_tokens":1,"suffix":null,"logprobs":null,"best_of":1,"logit_bias":{},"presence_penalty":0,"frequency_penalty":0.0,"user":"u","model":"gpt2@1557429385_v0.01"}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Completions_BodyOfTenMegabytes_IsRefusedAndReadable()
    {
        using var response = await server.PostAsync("/v1/completions", $$"""{"prompt":"{{new string('a', 10_000_000)}}"}""");
        await AssertErrorAsync(response, 413, null, "this server accepts 4,194,304 (Http__MaxRequestBodyBytes)");
        await AssertServesAsync();
    }

    [Fact]
    public async Task Completions_BytesThatAreNotUtf8_AreRefused()
    {
        using var content = new ByteArrayContent([.. "{\"prompt\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        using var response = await server.Http.PostAsync("/v1/completions", content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        await AssertServesAsync();
    }

    [Fact]
    public async Task Completions_DeeplyNestedBody_IsRefused()
    {
        using var response = await server.PostAsync("/v1/completions", """{"prompt":""" + new string('[', 100_000));
        await AssertErrorAsync(response, 400, null, "not valid JSON");
        await AssertServesAsync();
    }

    [Fact]
    public async Task Completions_MoreSequencesThanAreAdmitted_SaysHowMany()
    {
        var prompts = Enumerable.Repeat("a", 3).ToArray();
        using var response = await server.PostAsync("/v1/completions", JsonSerializer.Serialize(new { prompt = prompts, n = 128, max_tokens = 1 }));
        await AssertErrorAsync(response, 400, null, "asks for 384 sequences; gpt2 1557429385_v0.01 admits 256 at a time");
    }

    [Fact]
    public async Task Completions_AMillionSequences_AreRefusedBeforeTheyExist()
    {
        var body = JsonSerializer.Serialize(new { prompt = Enumerable.Repeat("a", 10_000), n = 128, max_tokens = 1 });
        var before = GC.GetTotalAllocatedBytes();
        using var response = await server.PostAsync("/v1/completions", body);
        await AssertErrorAsync(response, 400, null, "asks for 1,280,000 sequences;");
        // The sequences would take two gigabytes.
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 200_000_000);
        await AssertServesAsync();
    }

    [Theory]
    [InlineData("GET", "/v1/completions", 405)]
    [InlineData("POST", "/nothing/here", 404)]
    [InlineData("DELETE", "/v1/models", 405)]
    public async Task UnknownPathOrMethod_IsAnErrorEnvelope(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await server.Http.SendAsync(request);
        await AssertErrorAsync(response, status, null, path);
    }

    [Theory]
    [InlineData("/tokenize", "{}", "prompt")]
    [InlineData("/tokenize", """{"prompt":7}""", "prompt")]
    [InlineData("/detokenize", "{}", "tokens")]
    [InlineData("/detokenize", """{"tokens":[1,9999]}""", "tokens[1]")]
    [InlineData("/detokenize", """{"tokens":["1"]}""", "tokens[0]")]
    public async Task Tokenize_BadField_IsNamed(string path, string body, string parameter)
    {
        using var response = await server.PostAsync(path, body);
        await AssertErrorAsync(response, 400, parameter, "'");
    }

    [Fact]
    public async Task Completions_AMegabyteOfOneLetter_IsRefusedQuicklyAndTheServerGoesOn()
    {
        using var content = new StringContent(JsonSerializer.Serialize(new { prompt = new string('a', 1_000_000) }), Encoding.UTF8);
        using var response = await server.Http.PostAsync("/v1/completions", content).WaitAsync(TimeSpan.FromSeconds(30));
        await AssertErrorAsync(response, 400, "prompt", "maximum context length");
        await AssertServesAsync();
    }

    private static async Task AssertErrorAsync(HttpResponseMessage response, int status, string? parameter, string message)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var error = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("error");
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(parameter, error.GetProperty("param").GetString());
        Assert.True(error.TryGetProperty("code", out _));
    }

    private async Task AssertServesAsync() =>
        Assert.Equal(1, (await server.CompleteAsync(new { prompt = "a", max_tokens = 1 })).GetProperty("choices").GetArrayLength());
}
