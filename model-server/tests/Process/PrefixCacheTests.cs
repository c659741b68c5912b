using System.Globalization;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Process;

/// <summary>What is kept of prompts for later ones, as the service's own metrics tell it.</summary>
public class PrefixCacheTests
{
    private static readonly string Fixture = RepositoryFiles.Data("huggingface", "gpt2");

    // Three prompts of most of a slot each, one after the other, and the first again: it is still there where three slots' worth are kept.
    [Theory]
    [InlineData(null, true)]
    [InlineData("0", false)]
    [InlineData("1", false)]
    [InlineData("3", true)]
    [InlineData("1024", true)]
    public async Task PrefixCacheSequences_PromptComesBackAfterTwoOthers_IsFoundWhereSoManyAreKept(string? sequences, bool isFound)
    {
        Dictionary<string, string> settings = new() { ["Model__Uri"] = Fixture, ["Scheduler__PrefillChunkTokens"] = "16" };
        if (sequences is not null)
        {
            settings["Scheduler__PrefixCacheSequences"] = sequences;
        }
        using var server = ServiceProcess.Start("ElasticSynapse.ModelServer.dll", settings);
        var http = await server.ReadyAsync();

        foreach (var first in new[] { 1, 201, 401, 1 })
        {
            Assert.Equal(0, await HitsAsync(http));
            var prompt = string.Join(',', Enumerable.Range(first, 110));
            using var answer = await http.PostAsync("/v1/completions", new StringContent($$"""{"prompt":[{{prompt}}],"max_tokens":1,"temperature":0}"""));
            answer.EnsureSuccessStatusCode();
        }

        Assert.Equal(isFound, await HitsAsync(http) > 0);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1025")]
    public async Task PrefixCacheSequences_OutOfRange_StopsTheStart(string sequences)
    {
        using var server = ServiceProcess.Start("ElasticSynapse.ModelServer.dll", new() { ["Model__Uri"] = Fixture, ["Scheduler__PrefixCacheSequences"] = sequences });
        var (code, errors) = await server.ExitAsync();

        Assert.Equal(1, code);
        Assert.Contains($"Scheduler__PrefixCacheSequences='{sequences}': must be between 0 and 1,024", errors, StringComparison.Ordinal);
    }

    private static async Task<double> HitsAsync(HttpClient http) => (await http.GetStringAsync("/metrics")).Split('\n')
        .Where(line => line.StartsWith("vllm:prefix_cache_hits_total{", StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
