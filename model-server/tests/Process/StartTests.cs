using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Process;

/// <summary>The built program, started as a container would start it.</summary>
public class StartTests
{
    private static readonly string Fixture = RepositoryFiles.Data("huggingface", "gpt2");

    [Theory]
    [InlineData("prompt_tokens_total")]
    [InlineData("generation_tokens_total")]
    [InlineData("prefix_cache_queries_total")]
    [InlineData("prefix_cache_hits_total")]
    [InlineData("request_success_total", "stop", "length", "abort", "error")]
    public async Task Metrics_BeforeTheFirstRequest_CountersStandAtZero(string counter, params string[] reasons)
    {
        using var server = ServiceProcess.Start("ElasticSynapse.ModelServer.dll", new() { ["Model__Uri"] = Fixture });
        var lines = (await (await server.ReadyAsync()).GetStringAsync("/metrics")).Split('\n').Where(line => line.StartsWith($"vllm:{counter}{{", StringComparison.Ordinal)).ToList();
        Assert.Equal(Math.Max(1, reasons.Length), lines.Count);
        Assert.All(lines, line => Assert.EndsWith("} 0", line, StringComparison.Ordinal));
        Assert.All(reasons, reason => Assert.Single(lines, line => line.Contains($"finished_reason=\"{reason}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Start_SeveralMistakes_ListsThemAll()
    {
        using var server = ServiceProcess.Start("ElasticSynapse.ModelServer.dll", new()
        {
            ["Model__Nmae"] = "gpt2",
            ["Model__Version"] = "v 1",
            ["Runtime__Threads"] = "many",
            ["Scheduler__MaxQueuedSequences"] = "0",
            ["Scheduler__MaxSequences"] = "1025",
            ["Scheduler__PrefillChunkTokens"] = "8",
            ["Http__MaxRequestBodyBytes"] = "1",
            ["Drain__GracePeriod"] = "soon",
            ["TEMPERATURE"] = "hot",
            ["BATCH_LENGTH"] = "0",
            ["CloudRun__Profile"] = "mine",
            ["Streaming__KeepAlive"] = "02:00:00",
        });
        var (code, errors) = await server.ExitAsync();
        Assert.Equal(1, code);
        Assert.Contains("Model__Nmae is not an option; Model has CacheDirectory, CacheMaxBytes, Name, Precision, Uri, Version", errors, StringComparison.Ordinal);
        Assert.Contains("Runtime__Threads='many' is not a whole number", errors, StringComparison.Ordinal);
        Assert.Contains("Scheduler__MaxQueuedSequences='0': must be between 1 and 65,536", errors, StringComparison.Ordinal);
        Assert.Contains("Scheduler__MaxSequences='1025': must be between 1 and 1,024, or auto", errors, StringComparison.Ordinal);
        Assert.Contains("Scheduler__PrefillChunkTokens='8': must be between 16 and 4,096", errors, StringComparison.Ordinal);
        Assert.Contains("Http__MaxRequestBodyBytes='1': must be between 1,024 and 268,435,456 bytes", errors, StringComparison.Ordinal);
        Assert.Contains("Drain__GracePeriod='soon' is not a duration", errors, StringComparison.Ordinal);
        Assert.Contains("Predict__Temperature='hot' is not a number", errors, StringComparison.Ordinal);
        Assert.Contains("Streaming__BatchLength='0': must be between 1 and 1,024", errors, StringComparison.Ordinal);
        Assert.Contains("CloudRun__Profile='mine' is not one of Minimaxir, Addadda023", errors, StringComparison.Ordinal);
        Assert.Contains("Streaming__KeepAlive='02:00:00': must be between 00:00:00 and 01:00:00", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_NoModel_SaysWhatToSet()
    {
        using var server = ServiceProcess.Start("ElasticSynapse.ModelServer.dll", []);
        var (code, errors) = await server.ExitAsync();
        Assert.Equal(1, code);
        Assert.Contains("Model__Uri='': is required: the path or file: URI of a checkpoint folder, or an hf:, gs:, s3: or https: address", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    public async Task Start_FileMissing_EndsWithOneClearLine(string file)
    {
        using var checkpoint = new CheckpointCopy("gpt2").Without(file);
        await AssertRefusedAsync(checkpoint.Folder, file);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.0001)]
    [InlineData(0.66)]
    [InlineData(0.9999)]
    public async Task Start_WeightsTruncated_EndsWithOneClearLine(double part)
    {
        using var checkpoint = new CheckpointCopy("gpt2").Truncated("model.safetensors", part);
        await AssertRefusedAsync(checkpoint.Folder, "model.safetensors");
    }

    [Fact]
    public async Task Start_WeightsOversized_EndsWithOneClearLine()
    {
        using var checkpoint = new CheckpointCopy("gpt2").Extended("model.safetensors", 1000);
        await AssertRefusedAsync(checkpoint.Folder, "model.safetensors");
    }

    [Fact]
    public async Task Start_TensorMissing_IsNamed()
    {
        using var checkpoint = new CheckpointCopy("gpt2").Replaced("model.safetensors", "h.0.ln_1.weight", "h.0.ln_9.weight");
        await AssertRefusedAsync(checkpoint.Folder, "h.0.ln_1.weight");
    }

    [Fact]
    public async Task Start_WeightsAreNaN_EndsBeforeListening()
    {
        using var checkpoint = new CheckpointCopy("gpt2").WithNaN("transformer.h.1.ln_1.bias");
        await AssertRefusedAsync(checkpoint.Folder, "the logits are not finite");
    }

    [Fact]
    public async Task Start_ShapeOtherThanConfigured_NamesTheTensor()
    {
        using var checkpoint = new CheckpointCopy("gpt2").Replaced("config.json", "\"n_inner\": null", "\"n_inner\": 1234");
        await AssertRefusedAsync(checkpoint.Folder, "h.0.mlp.c_fc.weight");
    }

    [Theory]
    [InlineData("/no/such/folder", "/no/such/folder")]
    [InlineData("gs://bucket/model", "gs")]
    public async Task Start_UnusableUri_EndsWithOneClearLine(string uri, string named) => await AssertRefusedAsync(uri, named);

    [Fact]
    public async Task Terminate_WhileAStreamRuns_LetsItFinishAndExitsWithZero()
    {
        using var server = ServiceProcess.Start("ElasticSynapse.ModelServer.dll", new() { ["Model__Uri"] = Fixture });
        var http = await server.ReadyAsync();
        using var content = new StringContent("""{"prompt":"a","n":64,"max_tokens":120,"stream":true}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = content };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        server.Terminate();
        var events = await response.Content.ReadAsStringAsync();
        var (code, errors) = await server.ExitAsync();

        Assert.EndsWith("data: [DONE]\n\n", events, StringComparison.Ordinal);
        Assert.Contains("\"index\":63", events, StringComparison.Ordinal);
        Assert.Equal("", errors);
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task Terminate_StreamOutlastsTheGracePeriod_EndsWithAnErrorEvent()
    {
        using var server = ServiceProcess.Start("ElasticSynapse.ModelServer.dll", new()
        {
            ["Model__Uri"] = Fixture, ["Scheduler__MaxSequences"] = "1", ["Drain__GracePeriod"] = "00:00:00.1",
        });
        var http = await server.ReadyAsync();
        using var content = new StringContent("""{"prompt":"a","n":128,"max_tokens":120,"stream":true}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = content };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        server.Terminate();
        var events = await response.Content.ReadAsStringAsync();
        var (code, errors) = await server.ExitAsync();

        Assert.Contains("is stopping, and the grace period for running requests is over (Drain__GracePeriod)", events, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", events, StringComparison.Ordinal);
        Assert.Equal("", errors);
        Assert.Equal(0, code);
    }

    private static async Task AssertRefusedAsync(string uri, string named)
    {
        using var server = ServiceProcess.Start("ElasticSynapse.ModelServer.dll", new() { ["Model__Uri"] = uri });
        var (code, errors) = await server.ExitAsync();
        Assert.Equal(1, code);
        var line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("model-server: cannot start: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
    }
}
