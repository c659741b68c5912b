using System.Diagnostics;
using System.Text.Json;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Api.OpenAiClient;

/// <summary>OpenAI's own client (npm <c>openai</c>) on Node reads answers, streams and errors.</summary>
[Collection(ModelServerCollection.Name)]
public class OpenAiClientTests(ModelServerFixture server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string Folder = Path.Combine(RepositoryFiles.Root, "model-server", "tests", "Api", "OpenAiClient");

    [Fact]
    public async Task Client_AnswersStreamsAndErrors_AreWhatItExpects()
    {
        await InstallAsync();
        var seen = JsonSerializer.Deserialize<JsonElement>(await RunAsync("node", "client.mjs", server.Http.BaseAddress!.ToString().TrimEnd('/')));

        Assert.Equal(
            """{"text":"air sunrise fo ma","finish":"length","usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7},"hasRequestId":true}""",
            seen.GetProperty("whole").GetRawText());
        Assert.Equal("""["air"]""", seen.GetProperty("logprobs").GetRawText());
        Assert.Equal(
            """{"texts":["air sunrise fo ma"],"finishes":["length"],"order":[0,0,0,0,0],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}""",
            seen.GetProperty("stream").GetRawText());
        var choices = seen.GetProperty("choices");
        Assert.Equal(4, choices.GetArrayLength());
        Assert.Equal(choices.GetRawText(), seen.GetProperty("streamedChoices").GetProperty("texts").GetRawText());

        Assert.Equal(
            """{"name":"BadRequestError","status":400,"code":null,"param":"temperature","type":"invalid_request_error","message":"400 'temperature' must be a number between 0 and 2; got 3","hasRequestId":true}""",
            seen.GetProperty("badField").GetRawText());
        Assert.Equal("context_length_exceeded", seen.GetProperty("badStream").GetProperty("code").GetString());
        Assert.Equal(("NotFoundError", "model_not_found"), Error(seen.GetProperty("unknownModel")));
        Assert.Equal("""["gpt2"]""", seen.GetProperty("models").GetRawText());
        Assert.Equal("gpt2", seen.GetProperty("model").GetString());
        Assert.Equal(("NotFoundError", "model_not_found"), Error(seen.GetProperty("noModel")));
    }

    private static (string?, string?) Error(JsonElement error) => (error.GetProperty("name").GetString(), error.GetProperty("code").GetString());

    // Once for each lock file.
    private static async Task InstallAsync()
    {
        var installed = Path.Combine(Folder, "node_modules", ".package-lock.json");
        if (!File.Exists(installed) || File.GetLastWriteTimeUtc(installed) < File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json")))
        {
            await RunAsync("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
        }
    }

    private static async Task<string> RunAsync(string command, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, await errors);
            return output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
