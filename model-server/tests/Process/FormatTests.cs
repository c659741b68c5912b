using System.Net.Http.Json;
using System.Text.Json;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Process;

/// <summary>The fixture model in every folder that other software writes: the service continues as Hugging Face.</summary>
public class FormatTests
{
    [Theory]
    [InlineData("tf-gpt2")] // a parent with checkpoint/run1
    [InlineData("tf-gpt2/checkpoint/run1")]
    public async Task Completions_GptTwoSimpleFolder_ContinuesAsHuggingFace(string uri) =>
        await AssertGoldensAsync(RepositoryFiles.Data(["huggingface", .. uri.Split('/')]));

    [Theory]
    [InlineData("pytorch-gpt2")]
    [InlineData("pytorch-legacy-gpt2")] // as torch.save wrote before PyTorch 1.6
    public async Task Completions_PyTorchBin_ContinuesAsHuggingFace(string folder)
    {
        using var checkpoint = new CheckpointCopy("gpt2").Without("model.safetensors");
        File.Copy(RepositoryFiles.Data("huggingface", folder, "pytorch_model.bin"), Path.Combine(checkpoint.Folder, "pytorch_model.bin"));
        await AssertGoldensAsync(checkpoint.Folder);
    }

    private static async Task AssertGoldensAsync(string folder)
    {
        using var server = ServiceProcess.Start("ElasticSynapse.ModelServer.dll", new() { ["Model__Uri"] = folder });
        var http = await server.ReadyAsync();
        var tokenizer = BpeTokenizer.Load(RepositoryFiles.Data("huggingface", "gpt2"));
        foreach (var golden in Goldens.Generation)
        {
            var expected = golden.GetProperty("generate").EnumerateArray().Single(item => item.GetProperty("name").GetString() == "greedy");
            var tokens = expected.GetProperty("new_token_ids")[0].Ints();
            using var response = await http.PostAsJsonAsync("/v1/completions", new
            {
                prompt = golden.Prompt(),
                temperature = 0,
                max_tokens = expected.GetProperty("args").GetProperty("max_new_tokens").GetInt32(),
            });
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
            // The end-of-text token, 0 in this vocabulary, ends a text and is not shown.
            var text = tokenizer.Decode(tokens[^1] == 0 ? tokens[..^1] : tokens);
            Assert.Equal(text, answer.GetProperty("choices")[0].GetProperty("text").GetString());
        }
    }
}
