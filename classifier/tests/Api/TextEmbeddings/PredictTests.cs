using System.Text.Json;

namespace ElasticSynapse.Classifier.Tests.Api.TextEmbeddings;

public sealed class PredictTests(ClassifierServer server) : IClassFixture<ClassifierServer>
{
    private static readonly float[] HelloWorld = [0.949138f, 0.717343f, 0.680814f, 0.317102f, 0.182952f, 0.180039f];

    // [CLS] Hello [SEP] world [SEP], computed in double precision by the formulas of Devlin et al. 2018.
    private static readonly float[] HelloAndWorld = [0.912699f, 0.610057f, 0.551903f, 0.323562f, 0.234197f, 0.274237f];

    [Theory]
    [InlineData("/predict")]
    [InlineData("/")]
    [InlineData("/invocations")]
    public async Task Predict_OneText_AllLabelsHighestFirst(string path)
    {
        var answer = await server.AnswerAsync(path, """{"inputs":"Hello world"}""");

        Golden.AssertClose(HelloWorld, Scores(answer));
        Assert.Equal(Golden.Labels, answer.EnumerateArray().Select(item => item.GetProperty("label").GetString()));
    }

    [Fact]
    public async Task Predict_ListOfOneString_IsATextAndOfTwoAPair()
    {
        Golden.AssertClose(HelloWorld, Scores(await server.AnswerAsync("/predict", """{"inputs":["Hello world"]}""")));
        Golden.AssertClose([.. HelloAndWorld.OrderDescending()], Scores(await server.AnswerAsync("/predict", """{"inputs":["Hello","world"]}""")));
    }

    [Fact]
    public async Task Predict_Batch_EachInputGetsItsAnswer()
    {
        var answer = await server.AnswerAsync("/predict", """{"inputs":[["Hello world"],["Hello","world"],["Hello world"]]}""");

        var results = answer.EnumerateArray().ToArray();
        Assert.Equal(3, results.Length);
        Golden.AssertClose(HelloWorld, Scores(results[0]));
        Golden.AssertClose([.. HelloAndWorld.OrderDescending()], Scores(results[1]));
        Assert.Equal(results[0].GetRawText(), results[2].GetRawText());
    }

    [Fact]
    public async Task Predict_RawScores_AreTheLogits()
    {
        var golden = Golden.Of(128)[0];
        var answer = await server.AnswerAsync("/predict", JsonSerializer.Serialize(new { inputs = golden.Text, raw_scores = true }));
        Golden.AssertClose([.. golden.Logits.OrderDescending()], Scores(answer));
    }

    [Fact]
    public async Task Predict_Left_ReadsTheEnd()
    {
        var filler = string.Join(' ', Enumerable.Repeat("Hello", 42));
        var left = await server.AnswerAsync("/predict", JsonSerializer.Serialize(new { inputs = "world " + filler, truncation_direction = "Left" }));
        var right = await server.AnswerAsync("/predict", JsonSerializer.Serialize(new { inputs = filler + " world", truncation_direction = "right" }));
        Assert.Equal(left.GetRawText(), right.GetRawText()); // 126 tokens of 42 words each
    }

    [Fact]
    public async Task Predict_Answer_CarriesItsTimes()
    {
        using var response = await server.PostAsync("/predict", """{"inputs":"Hello 😀"}""");

        Assert.Equal("cpu", Assert.Single(response.Headers.GetValues("x-compute-type")));
        Assert.Equal("7", Assert.Single(response.Headers.GetValues("x-compute-characters")));
        foreach (var header in new[] { "x-compute-tokens", "x-compute-time", "x-total-time", "x-tokenization-time", "x-queue-time", "x-inference-time" })
        {
            Assert.Matches("^[0-9]+$", Assert.Single(response.Headers.GetValues(header)));
        }
    }

    [Theory]
    [InlineData("{}", 422, "Validation", "missing field `inputs`")]
    [InlineData("""{"inputs":[]}""", 400, "Empty", "`inputs` cannot be empty")]
    [InlineData("""{"inputs":5}""", 422, "Validation", "'inputs' must be a string, a list of one or two strings, or a list of such lists; got 5")]
    [InlineData("""{"inputs":["a","b","c"]}""", 422, "Validation", "'inputs' must be a list of one string (a text) or two strings (a pair); got [\"a\",\"b\",\"c\"]")]
    [InlineData("""{"inputs":["a",5]}""", 422, "Validation", "'inputs[1]' must be a string; got 5")]
    [InlineData("""{"inputs":[["a"],"b"]}""", 422, "Validation", "'inputs[1]' must be a list of one string (a text) or two strings (a pair); got \"b\"")]
    [InlineData("""{"inputs":[["a"],[]]}""", 422, "Validation", "'inputs[1]' must be")]
    [InlineData("""{"inputs":"a","truncation_direction":"up"}""", 422, "Validation", "'truncation_direction' must be left or right; got up")]
    [InlineData("""{"inputs":"a","raw_scores":1}""", 422, "Validation", "'raw_scores' must be true or false; got 1")]
    [InlineData("{", 422, "Validation", "the body is not valid JSON")]
    public async Task Predict_BadInput_IsTeisError(string body, int status, string type, string message)
    {
        using var response = await server.PostAsync("/predict", body);
        var error = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(type, error.GetProperty("error_type").GetString());
        Assert.Contains(message, error.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/embed")]
    [InlineData("/embed_all")]
    [InlineData("/embed_sparse")]
    [InlineData("/rerank")]
    [InlineData("/similarity")]
    public async Task Post_AnotherTask_SaysThatTheModelClassifies(string path)
    {
        using var response = await server.PostAsync(path, """{"inputs":"a"}""");
        Assert.Equal(424, (int)response.StatusCode);
        Assert.Equal(
            $$"""{"error":"the model 'toxicity' classifies texts, so that {{path}} can't be answered; /predict can","error_type":"Backend"}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Predict_TooLongAndNotToBeTruncated_IsRefused()
    {
        using var response = await server.PostAsync("/predict", JsonSerializer.Serialize(new { inputs = string.Join(' ', Enumerable.Repeat("Hello", 50)), truncate = false }));

        Assert.Equal(422, (int)response.StatusCode);
        Assert.Equal(
            """{"error":"the text has 152 tokens; this model takes 128, and the request forbids to truncate","error_type":"Tokenizer"}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Predict_MoreInputsThanAllowed_SaysBothNumbers()
    {
        using var response = await server.PostAsync("/predict", JsonSerializer.Serialize(new { inputs = Enumerable.Repeat(new[] { "a" }, 257) }));
        Assert.Equal(
            """{"error":"batch size 257 > maximum allowed batch size 256","error_type":"Validation"}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Info_Model_IsDescribedAsTeiDoes()
    {
        var info = JsonSerializer.Deserialize<JsonElement>(await server.Http.GetStringAsync("/info"));

        Assert.Equal("toxicity", info.GetProperty("model_id").GetString());
        Assert.Equal("toxic", info.GetProperty("model_type").GetProperty("classifier").GetProperty("id2label").GetProperty("0").GetString());
        Assert.Equal(5, info.GetProperty("model_type").GetProperty("classifier").GetProperty("label2id").GetProperty("identity_hate").GetInt32());
        Assert.Equal("float32", info.GetProperty("model_dtype").GetString());
        Assert.Equal(128, info.GetProperty("max_input_length").GetInt32());
        Assert.Equal(256, info.GetProperty("max_client_batch_size").GetInt32());
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/ping")]
    public async Task Health_Serving_IsEmpty(string path)
    {
        using var response = await server.Http.GetAsync(path);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    private static float[] Scores(JsonElement answer) => [.. answer.EnumerateArray().Select(item => item.GetProperty("score").GetSingle())];
}
