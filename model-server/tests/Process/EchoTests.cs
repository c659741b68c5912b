using System.Net.Http.Json;
using System.Text.Json;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Process;

/// <summary>An echoed prompt is the user's text, whatever tokens the checkpoint puts around and into it: each is told, in its place.</summary>
public class EchoTests
{
    private const string StrippingToken = """{"added_tokens_decoder":{"271":{"content":"The","lstrip":true,"rstrip":true,"normalized":false,"special":false}}}""";

    // Token 0 is <|endoftext|>.
    [Theory]
    [InlineData("{}", "The river", "The| river", "0,3")]
    [InlineData("""{"add_bos_token":true}""", "The river", "<|endoftext|>|The| river", "0,0,3")]
    [InlineData("""{"add_eos_token":true}""", "The river", "The| river|<|endoftext|>", "0,3,9")]
    [InlineData("""{"add_bos_token":true,"add_eos_token":true}""", "", "<|endoftext|>|<|endoftext|>", "0,0")]
    [InlineData("""{"add_prefix_space":true}""", "remembers", " remembers", "0")]
    [InlineData(StrippingToken, "a \n The \n a", "a|The|a", "0,1,10")]
    [InlineData("""{"add_bos_token":true}""", "\U0001F600The", null, null)]
    public async Task Completions_EchoWithLogprobs_TellsEveryTokenInItsPlace(string config, string prompt, string? names, string? offsets)
    {
        using var checkpoint = new CheckpointCopy("gpt2");
        await File.WriteAllTextAsync(Path.Combine(checkpoint.Folder, "tokenizer_config.json"), config);
        using var server = ServiceProcess.Start("ElasticSynapse.ModelServer.dll", new() { ["Model__Uri"] = checkpoint.Folder });
        var http = await server.ReadyAsync();

        var plain = await PostAsync("/v1/completions", new { prompt, max_tokens = 4, temperature = 0, logprobs = 1 });
        var echoed = await PostAsync("/v1/completions", new { prompt, max_tokens = 4, temperature = 0, logprobs = 1, echo = true });
        var scored = await PostAsync("/v1/completions", new { prompt, max_tokens = 0, logprobs = 1, echo = true });
        var count = echoed.GetProperty("usage").GetProperty("prompt_tokens").GetInt32();
        var characters = prompt.EnumerateRunes().Count();
        var (generated, all, alone) = (Choice(plain), Choice(echoed), Choice(scored));
        Assert.Equal(prompt + generated.Text, all.Text);
        Assert.Equal(prompt, alone.Text);
        Assert.Equal([.. alone.Names, .. generated.Names], all.Names);
        Assert.Equal([.. alone.Offsets, .. generated.Offsets.Select(offset => characters + offset)], all.Offsets);
        Assert.Equal(count, alone.Names.Length);
        if (names is not null)
        {
            Assert.Equal((names, offsets), (string.Join('|', alone.Names), string.Join(',', alone.Offsets)));
        }

        using var stream = await http.PostAsJsonAsync("/v1/completions", new { prompt, max_tokens = 4, temperature = 0, logprobs = 1, echo = true, stream = true });
        var events = (await stream.Content.ReadAsStringAsync()).Split("data: ", StringSplitOptions.RemoveEmptyEntries)
            .Where(item => !item.StartsWith("[DONE]", StringComparison.Ordinal)).Select(item => Choice(JsonSerializer.Deserialize<JsonElement>(item))).ToArray();
        Assert.Equal((prompt, alone.Names.Length), (events[0].Text, events[0].Names.Length));
        Assert.Equal(all.Names, events.SelectMany(item => item.Names));
        Assert.Equal(all.Offsets, events.SelectMany(item => item.Offsets));

        if (prompt.Length > 0)
        {
            var details = (await PostAsync("/generate", new { inputs = prompt, parameters = new { max_new_tokens = 4, decoder_input_details = true } })).GetProperty("details");
            Assert.Equal((count, details.GetProperty("generated_tokens").GetInt32()), (details.GetProperty("prefill").GetArrayLength(), details.GetProperty("tokens").GetArrayLength()));
        }

        async Task<JsonElement> PostAsync(string path, object request)
        {
            using var response = await http.PostAsJsonAsync(path, request);
            return await response.Content.ReadFromJsonAsync<JsonElement>();
        }
    }

    [Fact]
    public async Task Completions_EchoOfTheLastTokens_IsTheirText()
    {
        using var checkpoint = new CheckpointCopy("gpt2");
        await File.WriteAllTextAsync(Path.Combine(checkpoint.Folder, "tokenizer_config.json"), """{"add_eos_token":true}""");
        using var server = ServiceProcess.Start("ElasticSynapse.ModelServer.dll", new() { ["Model__Uri"] = checkpoint.Folder });
        var http = await server.ReadyAsync();
        using var response = await http.PostAsJsonAsync("/v1/completions", new { prompt = "The river remembers", truncate_prompt_tokens = 2, max_tokens = 0, logprobs = 0, echo = true });
        var choice = Choice(await response.Content.ReadFromJsonAsync<JsonElement>());
        Assert.Equal(" remembers", choice.Text);
        Assert.Equal([" remembers", "<|endoftext|>"], choice.Names);
        Assert.Equal([0, 10], choice.Offsets);
    }

    private static (string Text, string[] Names, int[] Offsets) Choice(JsonElement answer)
    {
        var choice = answer.GetProperty("choices")[0];
        var logprobs = choice.GetProperty("logprobs");
        return (choice.GetProperty("text").GetString()!,
            [.. logprobs.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!)],
            [.. logprobs.GetProperty("text_offset").EnumerateArray().Select(offset => offset.GetInt32())]);
    }
}
