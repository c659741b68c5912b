using System.Text.Json;
using ElasticSynapse.Classifier.Labels;

namespace ElasticSynapse.Classifier.Tests.Api.TextEmbeddings;

public sealed class PipelineTests(ClassifierServer server) : IClassFixture<ClassifierServer>
{
    private const string Path = "/pipeline/text-classification";

    // The bodies of huggingface_hub 1.23 and @huggingface/inference 4.13: both read the first element of the answer, and the second
    // refuses one that is no list.
    [Theory]
    [InlineData("""{"inputs":"Hello world","parameters":{}}""", 6)]
    [InlineData("""{"inputs":"Hello world"}""", 6)]
    [InlineData("""{"inputs":"Hello world","parameters":{"function_to_apply":"sigmoid","top_k":2}}""", 2)]
    [InlineData("""{"inputs":"Hello world","parameters":{"function_to_apply":null,"top_k":100}}""", 6)]
    public async Task Pipeline_OneText_IsAListOfOneListOfScores(string body, int labels)
    {
        var answer = await server.AnswerAsync(Path, body);
        var predicted = await server.AnswerAsync("/predict", """{"inputs":"Hello world"}""");

        var scores = Assert.Single(answer.EnumerateArray());
        Assert.Equal(predicted.EnumerateArray().Take(labels).Select(item => item.GetRawText()), scores.EnumerateArray().Select(item => item.GetRawText()));
    }

    [Fact]
    public async Task Pipeline_TwoTexts_AreNoPair()
    {
        var answer = await server.AnswerAsync(Path, """{"inputs":["Hello","world"]}""");
        var alone = await server.AnswerAsync(Path, """{"inputs":"world"}""");

        Assert.Equal(2, answer.GetArrayLength());
        Assert.Equal(alone[0].GetRawText(), answer[1].GetRawText());
    }

    [Theory]
    [InlineData("none")]
    [InlineData("softmax")]
    public async Task Pipeline_Function_IsAppliedToTheLogits(string function)
    {
        var golden = Golden.Of(128)[0];
        var answer = await server.AnswerAsync(Path, JsonSerializer.Serialize(new { inputs = golden.Text, parameters = new { function_to_apply = function } }));

        var expected = function == "none" ? golden.Logits : Probabilities.Softmax(golden.Logits);
        Golden.AssertClose([.. expected.OrderDescending()], [.. answer[0].EnumerateArray().Select(item => item.GetProperty("score").GetSingle())]);
    }

    [Theory]
    [InlineData("{}", "missing field `inputs`")]
    [InlineData("""{"inputs":5}""", "'inputs' must be a string or a list of strings; got 5")]
    [InlineData("""{"inputs":["a",5]}""", "'inputs[1]' must be a string; got 5")]
    [InlineData("""{"inputs":[]}""", "'inputs' is empty; at least one text is required")]
    [InlineData("""{"inputs":"a","parameters":{"top_k":0}}""", "'parameters.top_k' must be ")]
    [InlineData("""{"inputs":"a","parameters":{"function_to_apply":"relu"}}""", "'parameters.function_to_apply' must be sigmoid, softmax or none; got relu")]
    public async Task Pipeline_WrongBody_SaysWhatIsWrong(string body, string message)
    {
        using var response = await server.PostAsync(Path, body);
        var error = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());

        Assert.Equal((422, "Validation"), ((int)response.StatusCode, error.GetProperty("error_type").GetString()));
        Assert.StartsWith(message, error.GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
