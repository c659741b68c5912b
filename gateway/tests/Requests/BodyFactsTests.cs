using System.Text;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Requests;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.Gateway.Tests.Requests;

public sealed class BodyFactsTests
{
    [Fact]
    public void Read_Completion_FindsWhatTheGatewayNeeds()
    {
        const string body = """{"prompt":"Once","user":"ada","stream":true,"model":"gpt2:canary","max_tokens":300,"nested":{"model":"no","user":"no"}}""";

        var facts = Read(body);

        Assert.Equal(("gpt2:canary", "ada", true, 300L), (facts.Model, facts.User, facts.IsStream, facts.Asked.Length ?? 0));
        Assert.Equal("\"gpt2:canary\"", body[facts.ModelAt]);
        Assert.NotNull(facts.PromptHead);
    }

    [Theory]
    [InlineData("""{"inputs":"Once","parameters":{"max_new_tokens":40,"stop":["a"]},"user":"ada"}""", 40)]
    [InlineData("""{"text_input":"Once","parameters":{"max_tokens":41}}""", 41)]
    [InlineData("""{"prefix":"Once","length":42}""", 42)]
    [InlineData("""{"prompt":"Once","max_tokens":-5}""", 0)]
    [InlineData("""{"prompt":"Once","max_tokens":"many"}""", 16)]
    [InlineData("""{"prompt":"Once"}""", 16)]
    public void Read_EachApisNameForTokens_IsFound(string body, long tokens) => Assert.Equal(tokens, Read(body).Asked.Tokens("/v1/completions", 1));

    [Theory]
    [InlineData("""{"inputs":"x"}""", "/predict", true)]
    [InlineData("""{"seed":"x"}""", "/predict", false)]
    [InlineData("""{"description":"x"}""", "/", true)]
    [InlineData("""{"prefix":"x"}""", "/", false)]
    [InlineData("""{"inputs":"x"}""", "/", false)]
    [InlineData("""{"inputs":["x"]}""", "/", true)] // Text Embeddings Inference's lists
    [InlineData("""{"inputs":"x"}""", "/tokenize", false)]
    [InlineData("""{"inputs":["x","y"]}""", "/tokenize", true)]
    [InlineData("""{"inputs":["x"]}""", "/generate", false)]
    [InlineData("""{"other":{"description":"x"}}""", "/", false)]
    public void Read_PathsThatBothKindsHave_TheBodyTells(string body, string path, bool isClassifier) => Assert.Equal(
        isClassifier ? ModelKind.Classifier : null,
        BodyFacts.Read(Encoding.UTF8.GetBytes(body), 256, path).Kind);

    [Theory]
    [InlineData("[5]", 5)]
    [InlineData("[2,3]", 6)]
    [InlineData("[]", 1)]
    [InlineData("[0]", 0)]
    [InlineData("[-4]", 0)]
    [InlineData("[1.5]", 0)]
    [InlineData("7", 0)]
    [InlineData("[4000000000,4000000000]", 60)] // as many as the body has bytes
    public void Read_TensorsOfTexts_AreCountedByTheirShape(string shape, long texts)
    {
        var body = $$"""{"inputs":[{"name":"text","shape":{{shape}}}]}""".PadRight(60);

        Assert.Equal(texts, BodyFacts.Read(Encoding.UTF8.GetBytes(body), 256, "/v2/models/gpt2/infer").Asked.Prompts);
        Assert.Equal(0, BodyFacts.Read(Encoding.UTF8.GetBytes(body), 256, "/generate").Asked.Prompts);
    }

    [Fact]
    public void Read_PromptsThatBeginAlike_ShareTheirHead()
    {
        var system = new string('s', 300);

        Assert.Equal(Read($$"""{"prompt":"{{system}} and this"}""").PromptHead, Read($$"""{"model":"m","prompt":"{{system}} and that"}""").PromptHead);
        Assert.NotEqual(Read("""{"prompt":"this"}""").PromptHead, Read("""{"prompt":"that"}""").PromptHead);
        Assert.Equal(Read("""{"prompt":[1,2,3]}""").PromptHead, Read("""{"inputs":[1,2,3]}""").PromptHead);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("not json")]
    [InlineData("{\"model\":7}")]
    [InlineData("{\"model\":\"\\ud800\"}")]
    public void Read_NothingToFind_HasNoModel(string body) => Assert.Null(Read(body).Model);

    [Fact]
    public void Read_BrokenBehindTheModel_StillKnowsTheModel() => Assert.Equal("gpt2", Read("""{"model":"gpt2","prompt":""").Model);

    [Fact]
    public void Read_AnyBytes_NeverThrows() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        bytes => BodyFacts.Read(bytes, 256, "/predict").Asked.Tokens("/predict", bytes.Length) >= 0));

    [Fact]
    public void Read_InferRequestCutAnywhere_NeverThrows()
    {
        var body = Encoding.UTF8.GetBytes("""{"inputs":[{"name":"text","shape":[2,[3]],"data":["a",{"shape":[1]}]},7,[{"shape":{"a":1}}]],"parameters":{"max_tokens":3}}""");

        Assert.All(Enumerable.Range(0, body.Length + 1), end => Assert.InRange(
            BodyFacts.Read(body.AsSpan(..end), 256, "/v2/models/gpt2/infer").Asked.Tokens("/v2/models/gpt2/infer", end), 0, 60 * body.Length));
    }

    [Fact]
    public void WithModel_AnyName_ReplacesItAndNothingElse() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<NonNull<string>>(),
        prompt =>
        {
            var body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { prompt = prompt.Get, model = prompt.Get + ":x", last = 1 });
            var facts = BodyFacts.Read(body, 256, "/v1/completions");
            var changed = System.Text.Json.JsonDocument.Parse(RequestBody.WithModel(body, facts.ModelAt, "gpt2@1")).RootElement;
            return changed.GetProperty("model").GetString() == "gpt2@1" && changed.GetProperty("last").GetInt32() == 1
                && changed.GetProperty("prompt").GetString() == System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("prompt").GetString();
        }));

    private static BodyFacts Read(string body) => BodyFacts.Read(Encoding.UTF8.GetBytes(body), 256, "/v1/completions");
}
