using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Classifier.Tests.Process;

/// <summary>The built program, started as a container would start it.</summary>
public sealed class StartTests
{
    private const string Assembly = "ElasticSynapse.Classifier.dll";

    private static readonly string Fixture = RepositoryFiles.Data("huggingface", "bert");

    [Fact]
    public async Task Metrics_BeforeTheFirstRequest_CountersStandAtZero()
    {
        using var server = ServiceProcess.Start(Assembly, new() { ["Model__Uri"] = Fixture });
        var scrape = await (await server.ReadyAsync()).GetStringAsync("/metrics");

        var zeros = scrape.Split('\n').Where(line => line.EndsWith(" 0", StringComparison.Ordinal)).ToList();
        string[] expected =
        [
            "elastic_synapse_classifier_texts_total", "elastic_synapse_classifier_truncated_texts_total", "elastic_synapse_classifier_tokens_total",
            "elastic_synapse_classifier_cache_hits_total", "elastic_synapse_classifier_cache_misses_total", "te_request_count", "te_request_success",
            .. Golden.Labels.Select(label => $"elastic_synapse_classifier_flagged_total{{label=\"{label}\"}}"),
            .. new[] { "validation", "tokenization", "overloaded", "deadline", "unhealthy", "inference" }.Select(error => $"te_request_failure{{err=\"{error}\"}}"),
        ];
        Assert.All(expected, series => Assert.Contains($"{series} 0", zeros));
    }

    [Fact]
    public async Task Start_SeveralMistakes_ListsThemAll()
    {
        var errors = await FailAsync(new()
        {
            ["Classification__Threshold"] = "1.5",
            ["Classification__Thresholds__threat"] = "-1",
            ["Tokenizer__Lowercased"] = "true",
            ["Runtime__Threads"] = "many",
        });

        Assert.Equal("classifier: cannot start: 4 configuration mistake(s):", errors[0]);
        Assert.Equal(
            [
                "  Classification__Threshold='1.5': must be between 0 and 1",
                "  Model__Uri='': is required: the path or file: URI of a checkpoint folder, or an hf:, gs:, s3: or https: address",
                "  Runtime__Threads='many' is not a whole number",
                "  Tokenizer__Lowercased is not an option; Tokenizer has AllowSpecialTokens, LowerCase",
            ],
            errors.Skip(1).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Classification__Thresholds__threat", "2", "Classification__Thresholds__threat='2': must be between 0 and 1")]
    [InlineData("Classification__Thresholds__threat", "NaN", "Classification__Thresholds__threat='NaN': must be between 0 and 1")]
    [InlineData("Classification__Thresholds__threat", "high", "Classification__Thresholds__threat='high' is not a number")]
    [InlineData("Classification__Thresholds__thread", "0.3", "Classification__Thresholds__thread is no label of the model; it has toxic, severe_toxic, obscene, threat, insult, identity_hate")]
    [InlineData("Classification__Threshold", "NaN", "Classification__Threshold='NaN': must be between 0 and 1")]
    [InlineData("Classification__MaxTextsPerRequest", "0", "Classification__MaxTextsPerRequest='0': must be between 1 and 65,536")]
    [InlineData("Classification__MaxQueuedTexts", "100", "Classification__MaxQueuedTexts='100': is below MaxTextsPerRequest (256)")]
    [InlineData("Classification__MaxQueuedTokens", "100", "Classification__MaxQueuedTokens='100': must be between 512 and 1,073,741,824")]
    [InlineData("Classification__WindowOverlap", "1", "Classification__WindowOverlap='1': must be between 0 and 0.9")]
    [InlineData("Classification__MaxExplainedWords", "0", "Classification__MaxExplainedWords='0': must be between 1 and 1,024")]
    [InlineData("Classification__CacheBytes", "-1", "Classification__CacheBytes='-1': must be between 0 (off) and 1,073,741,824")]
    [InlineData("Batching__MaxTokens", "-1", "Batching__MaxTokens='-1': must be between 0 (each text by itself) and 1,048,576")]
    [InlineData("Batching__MaxTokens", "127", "Batching__MaxTokens='127': is below the 128 tokens that the model takes, so the longest text could never run")]
    [InlineData("Batching__MaxDelay", "00:00:02", "Batching__MaxDelay='00:00:02': must be between 00:00:00 and 00:00:01")]
    [InlineData("Batching__MaxDelay", "00:00:00.005", "Batching__MaxDelay='00:00:00.0050000': texts wait for none; set Batching__MaxTokens to let them share runs")]
    [InlineData("Model__MaxSequenceLength", "1", "Model__MaxSequenceLength='1': must be between 2 and the model's positions")]
    [InlineData("Classification__Treshold", "0.3", "Classification__Treshold is not an option; Classification has CacheBytes, MaxExplainedWords, MaxQueuedTexts, MaxQueuedTokens, MaxTextsPerRequest, Threshold, Thresholds, WindowOverlap, Windows")]
    [InlineData("Tokenizer__LowerCase", "perhaps", "Tokenizer__LowerCase='perhaps' is not true or false")]
    public async Task Start_OneMistake_NamesOptionValueAndRule(string option, string value, string message)
    {
        var errors = await FailAsync(new() { ["Model__Uri"] = Fixture, [option] = value });

        Assert.Equal(2, errors.Length);
        Assert.Contains(message, errors[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_BatchesOfInt8WithoutAvx512_SaysWhyNot()
    {
        var errors = await FailAsync(new()
        {
            ["Model__Uri"] = Fixture, ["Model__Precision"] = "int8", ["Batching__MaxTokens"] = "1024", ["DOTNET_EnableAVX512"] = "0",
        });

        Assert.Equal(
            "  Batching__MaxTokens='1024': in Model__Precision=int8 and int4 a text's scores would depend on the others of its run on a processor without AVX-512 and VNNI, so that each needs one of its own; accepted: 0",
            errors[1]);
    }

    [Fact]
    public async Task Start_MissingFolder_EndsWithOneClearLine() =>
        await AssertRefusedAsync("/no/such/folder", "/no/such/folder: found no such folder");

    [Theory]
    [InlineData("model.safetensors", "model.safetensors")]
    [InlineData("config.json", "no config.json")]
    [InlineData("vocab.txt", "no vocabulary; expected vocab.txt or tokenizer.json")]
    public async Task Start_MissingFile_EndsWithOneClearLine(string file, string named)
    {
        using var checkpoint = new CheckpointCopy("bert").Without(file);
        await AssertRefusedAsync(checkpoint.Folder, named);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.001)]
    [InlineData(0.7)]
    public async Task Start_TruncatedWeights_EndsWithOneClearLine(double part)
    {
        using var checkpoint = new CheckpointCopy("bert").Truncated("model.safetensors", part);
        await AssertRefusedAsync(checkpoint.Folder, "model.safetensors");
    }

    [Fact]
    public async Task Start_MissingTensor_EndsWithOneClearLine()
    {
        using var checkpoint = new CheckpointCopy("bert").Replaced("model.safetensors", "\"classifier.weight\"", "\"classifier.wei_ht\"");
        await AssertRefusedAsync(checkpoint.Folder, "classifier.weight");
    }

    [Fact]
    public async Task Start_WeightsThatAreNotFinite_EndsWithOneClearLine()
    {
        using var checkpoint = new CheckpointCopy("bert").WithNaN("bert.encoder.layer.1.output.dense.bias");
        await AssertRefusedAsync(checkpoint.Folder, "the model's logits are not finite");
    }

    [Theory]
    [InlineData("config.json", "problem_type", "\"regression\"", "problem_type is regression; the classifier serves multi_label_classification and single_label_classification")]
    [InlineData("config.json", "id2label", """{"0":"a","1":"b","2":"a","3":"d","4":"e","5":"f"}""", "config.json names the label 'a' 2 times; accepted: different names")]
    [InlineData("tokenizer_config.json", "model_max_length", "1", "model_max_length")]
    public async Task Start_CheckpointThatCannotBeServed_SaysWhy(string file, string member, string json, string message)
    {
        using var checkpoint = new CheckpointCopy("bert").With(file, member, json);
        await AssertRefusedAsync(checkpoint.Folder, message);
    }

    [Fact]
    public async Task Start_LongerSequencesThanTheModelHasPositions_SaysBothNumbers()
    {
        var line = Assert.Single(await FailAsync(new() { ["Model__Uri"] = Fixture, ["Model__MaxSequenceLength"] = "129" }));
        Assert.StartsWith("classifier: cannot start: Model__MaxSequenceLength='129': ", line, StringComparison.Ordinal);
        Assert.EndsWith("has 128 positions", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"toxic":1.5}""", "thresholds.json: toxic is 1.5; accepted: a number between 0 and 1")]
    [InlineData("""{"toxic":"high"}""", "thresholds.json: toxic is \"high\"; accepted: a number between 0 and 1")]
    [InlineData("""{"thread":0.5}""", "thresholds.json: 'thread' is no label of the model; it has toxic, severe_toxic")]
    [InlineData("[0.5]", "thresholds.json: not a JSON object; expected one")]
    public async Task Start_ThresholdsThatCannotBeUsed_EndsWithOneClearLine(string thresholds, string message)
    {
        using var checkpoint = new CheckpointCopy("bert");
        await File.WriteAllTextAsync(Path.Combine(checkpoint.Folder, "thresholds.json"), thresholds);
        await AssertRefusedAsync(checkpoint.Folder, message);
    }

    [Fact]
    public async Task Start_MoreTokensThanTheModelHasRows_SaysBothNumbers()
    {
        using var checkpoint = new CheckpointCopy("bert");
        await File.AppendAllTextAsync(Path.Combine(checkpoint.Folder, "vocab.txt"), "\nonemore\nandmore");
        await AssertRefusedAsync(checkpoint.Folder, "the tokenizer has");
    }

    [Fact]
    public async Task Start_GrpcPortThatIsTaken_EndsWithOneClearLine()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var line = Assert.Single(await FailAsync(new() { ["Model__Uri"] = Fixture, ["Grpc__Port"] = port }));

        Assert.StartsWith($"classifier: cannot start: Failed to bind to address http://127.0.0.1:{port}: address already in use", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DefaultGrpcPortOfSeveralClassifiers_IsOnesAndTheOthersServeHttp()
    {
        using var first = ServiceProcess.Start(Assembly, new() { ["Model__Uri"] = Fixture });
        using var second = ServiceProcess.Start(Assembly, new() { ["Model__Uri"] = Fixture });
        foreach (var server in new[] { first, second })
        {
            var http = await server.ReadyAsync();
            Assert.Contains("Hello BERT", await http.GetStringAsync("/"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("512")]
    public async Task Terminate_RequestsInFlight_AreAnsweredFirst(string batchTokens)
    {
        using var server = ServiceProcess.Start(Assembly, new()
        {
            ["Model__Uri"] = Fixture,
            ["Runtime__Threads"] = "1",
            ["Classification__CacheBytes"] = "0",
            ["Batching__MaxTokens"] = batchTokens,
        });
        var http = await server.ReadyAsync();
        var body = $$"""{"texts":[{{string.Join(',', Enumerable.Range(0, 250).Select(i => $"\"{i} {new string('a', 300)} Hello world\""))}}]}""";
        var requests = Enumerable.Range(0, 4).Select(_ => http.PostAsync("/classify", new StringContent(body))).ToArray();
        using (await requests[0])
        {
            server.Terminate();
        }

        foreach (var request in requests[1..])
        {
            using var response = await request;
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        var (code, errors) = await server.ExitAsync();
        Assert.Equal((0, ""), (code, errors));
    }

    [Fact]
    public async Task Terminate_Serving_ExitsWithZero()
    {
        using var server = ServiceProcess.Start(Assembly, new() { ["Model__Uri"] = Fixture });
        var http = await server.ReadyAsync();
        using var content = new StringContent("""{"text":"Hello world"}""");
        using var response = await http.PostAsync("/classify", content);
        Assert.Contains("\"model\":\"bert\",\"version\":\"0_v0.0\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        server.Terminate();

        var (code, errors) = await server.ExitAsync();
        Assert.Equal("", errors);
        Assert.Equal(0, code);
    }

    private static async Task AssertRefusedAsync(string uri, string message)
    {
        var line = Assert.Single(await FailAsync(new() { ["Model__Uri"] = uri }));
        Assert.StartsWith("classifier: cannot start: ", line, StringComparison.Ordinal);
        Assert.Contains(message, line, StringComparison.Ordinal);
    }

    // Lines of standard error of a process that must end by itself; one that listens would not end.
    private static async Task<string[]> FailAsync(Dictionary<string, string> settings)
    {
        using var server = ServiceProcess.Start(Assembly, settings);
        var (code, errors) = await server.ExitAsync();
        Assert.Equal(1, code);
        return errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
