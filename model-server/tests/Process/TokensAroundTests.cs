using System.Net.Http.Json;
using System.Text.Json;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Process;

/// <summary>A checkpoint that wants its begin-of-text token in front of every prompt gets it, as in transformers 5.12.</summary>
public class TokensAroundTests
{
    [Fact]
    public async Task Prompts_AddBosToken_BeginWithItUnlessTheRequestSaysOtherwise()
    {
        using var checkpoint = new CheckpointCopy("gpt2");
        await File.WriteAllTextAsync(Path.Combine(checkpoint.Folder, "tokenizer_config.json"), """{"add_bos_token": true}""");
        using var server = ServiceProcess.Start("ElasticSynapse.ModelServer.dll", new() { ["Model__Uri"] = checkpoint.Folder });
        var http = await server.ReadyAsync();

        // Hugging Face's greedy continuations, as ids 646, 696, 231 … and 648, 699, 749 …
        Assert.Equal(("Die \u05e2\u05d5\ufffdair didn", 4), await CompleteAsync(new { prompt = "The river remembers", max_tokens = 5, temperature = 0 }));
        Assert.Equal(("cke so\u0393\u03b5\u03b9\ufffdske co", 3), await CompleteAsync(new { prompt = "The river remembers", max_tokens = 5, temperature = 0, add_special_tokens = false }));
        Assert.Equal("cke so\u0393\u03b5\u03b9\ufffdske co", (await CompleteAsync(new { prompt = new[] { 271, 616, 531 }, max_tokens = 5, temperature = 0 })).Text);

        Assert.Equal("""{"count":4,"max_model_len":128,"tokens":[0,271,616,531]}""", await TokenizeAsync(new { prompt = "The river remembers" }));
        Assert.Equal("""{"count":3,"max_model_len":128,"tokens":[271,616,531]}""", await TokenizeAsync(new { prompt = "The river remembers", add_special_tokens = false }));
        Assert.Equal("""[{"id":0,"text":"","start":0,"stop":0},{"id":271,"text":"The","start":0,"stop":3}]""", await TokenizeAsync(new { inputs = "The" }));

        async Task<(string Text, int PromptTokens)> CompleteAsync(object request)
        {
            using var response = await http.PostAsJsonAsync("/v1/completions", request);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
            return (answer.GetProperty("choices")[0].GetProperty("text").GetString()!, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        }

        async Task<string> TokenizeAsync(object request)
        {
            using var response = await http.PostAsJsonAsync("/tokenize", request);
            return await response.Content.ReadAsStringAsync();
        }
    }
}
