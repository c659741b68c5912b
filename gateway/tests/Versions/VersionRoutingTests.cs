using System.Net;
using System.Text;
using System.Text.Json;
using ElasticSynapse.Gateway.Tests.Running;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Versions;

public sealed class VersionRoutingTests : IAsyncLifetime, IDisposable
{
    private const string Stable = "1557429385_v0.01";
    private const string Canary = "1557515785_v0.02";

    private Upstream _stable = null!;
    private Upstream _canary = null!;
    private Upstream _bert = null!;
    private CatalogueFile _catalogue = null!;
    private RunningGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _stable = await Upstream.StartAsync(context => EchoAsync(context, "stable"));
        _canary = await Upstream.StartAsync(context => EchoAsync(context, "canary"));
        _bert = await Upstream.StartAsync(context => EchoAsync(context, "bert"));
        _catalogue = new CatalogueFile($$"""
            {"models": {
              "gpt2": {"kind": "generator", "versions": {
                "{{Stable}}": {"weight": 100, "labels": ["stable"], "replicas": ["{{_stable.Address}}"]},
                "{{Canary}}": {"weight": 0, "labels": ["canary"], "replicas": ["{{_canary.Address}}"]} } },
              "bert": {"kind": "classifier", "versions": {"1_v1": {"replicas": ["{{_bert.Address}}"]} } } } }
            """);
        _gateway = new RunningGateway(_catalogue);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _bert.DisposeAsync();
        await _canary.DisposeAsync();
        await _stable.DisposeAsync();
    }

    public void Dispose() => _catalogue.Dispose();

    [Theory]
    [InlineData("/v1/completions", "{}", "stable /v1/completions {}")]
    [InlineData("/v1/completions", """{"model":"gpt2"}""", """stable /v1/completions {"model":"gpt2"}""")]
    [InlineData("/v1/completions", """{"model":"gpt2@1557515785_v0.02"}""", """canary /v1/completions {"model":"gpt2@1557515785_v0.02"}""")]
    [InlineData("/v1/completions", """{"a":1, "model" : "gpt2:canary" ,"b":2}""", """canary /v1/completions {"a":1, "model" : "gpt2@1557515785_v0.02" ,"b":2}""")]
    [InlineData("/v1/completions", """{"model":"gpt2@1557515785"}""", """canary /v1/completions {"model":"gpt2@1557515785_v0.02"}""")]
    [InlineData("/models/gpt2/labels/canary/v1/completions", """{"model":"gpt2@1557429385_v0.01"}""", """canary /v1/completions {"model":"gpt2@1557515785_v0.02"}""")]
    [InlineData("/models/gpt2/v1/completions", """{"model":"text-davinci-003"}""", """stable /v1/completions {"model":"gpt2@1557429385_v0.01"}""")]
    [InlineData("/invocations", """{"inputs":"hi"}""", """bert /invocations {"inputs":"hi"}""")]
    [InlineData("/openapi.json", "{}", "stable /openapi.json {}")]
    [InlineData("/v1/completions", """{"model":"http://localhost:8080"}""", """stable /v1/completions {"model":"http://localhost:8080"}""")]
    [InlineData("/models/gpt2/versions/1557515785_v0.02/v1/completions", "{}", "canary /v1/completions {}")]
    [InlineData("/models/gpt2/labels/canary/generate", "{}", "canary /generate {}")]
    [InlineData("/gpt2/predict", """{"inputs":"x"}""", """stable /predict {"inputs":"x"}""")]
    [InlineData("/v1/models/gpt2/versions/1557515785:predict", "{}", "canary /v1/models/gpt2/versions/1557515785_v0.02:predict {}")]
    [InlineData("/v1/models/bert:predict", "{}", "bert /v1/models/bert:predict {}")]
    [InlineData("/v2/models/bert/infer", "{}", "bert /v2/models/bert/infer {}")]
    [InlineData("/models/bert/pipeline/text-classification", """{"inputs":"x"}""", """bert /pipeline/text-classification {"inputs":"x"}""")]
    [InlineData("/predict", """{"inputs":"x"}""", """bert /predict {"inputs":"x"}""")]
    [InlineData("/predict", """{"seed":"x"}""", """stable /predict {"seed":"x"}""")]
    [InlineData("/generator/predict", """{"inputs":"x"}""", """stable /predict {"inputs":"x"}""")]
    [InlineData("/", """{"description":"x"}""", """bert / {"description":"x"}""")]
    [InlineData("/classifier/tokenize", "{}", "bert /tokenize {}")]
    [InlineData("/tokenize", """{"model":"bert"}""", """bert /tokenize {"model":"bert"}""")]
    [InlineData("/v1/moderations", """{"model":"omni-moderation-latest"}""", """bert /v1/moderations {"model":"omni-moderation-latest"}""")]
    public async Task Post_EachWayToName_ReachesWhoIsMeant(string path, string body, string seen)
    {
        using var answer = await _gateway.Client.PostAsync(path, new StringContent(body, Encoding.UTF8));

        Assert.Equal(seen, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("x-model-version", Canary)]
    [InlineData("x-model-version", "1557515785")]
    [InlineData("x-model-label", "canary")]
    public async Task Post_HeaderPins_WinsOverTheBody(string header, string value)
    {
        using var answer = await SendAsync($$"""{"model":"gpt2@{{Stable}}"}""", (header, value));

        Assert.Equal($$"""canary /v1/completions {"model":"gpt2@{{Canary}}"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal([Canary], answer.Headers.GetValues("x-model-version"));
        Assert.Equal(["gpt2"], answer.Headers.GetValues("x-model-name"));
        Assert.Equal([_canary.Address.Authority], answer.Headers.GetValues("x-served-by"));
    }

    [Theory]
    [InlineData("/v1/completions", """{"model":"gpt3"}""", "The model 'gpt3' does not exist; this gateway has 'gpt2', 'bert'")]
    [InlineData("/v1/completions", """{"model":"gpt2@7"}""", "The model 'gpt2' has no version '7'; it has '1557429385_v0.01', '1557515785_v0.02'")]
    [InlineData("/v1/completions", """{"model":"gpt2:beta"}""", "The model 'gpt2' has no label 'beta'; it has 'stable', 'canary'")]
    [InlineData("/models/gpt3/v1/completions", "{}", "The model 'gpt3' does not exist; this gateway has 'gpt2', 'bert'")]
    public async Task Post_UnknownName_Is404ThatNamesTheKnownOnes(string path, string body, string message)
    {
        using var answer = await _gateway.Client.PostAsync(path, new StringContent(body));

        Assert.Equal(message, await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.NotFound, "invalid_request_error", "model_not_found"));
    }

    [Theory]
    [InlineData("/v1/models/gpt2/versions/7:predict", HttpStatusCode.NotFound, "has no version '7'")]
    [InlineData("/v1/models/gpt2/versions/9223372036854775808:predict", HttpStatusCode.BadRequest, "has no version '9223372036854775808'")]
    [InlineData("/v1/models/gpt2/labels/beta:predict", HttpStatusCode.BadRequest, "has no label 'beta'")]
    [InlineData("/v1/models/gpt2:explain", HttpStatusCode.BadRequest, "has no label 'explain'")]
    [InlineData("/v2/models/gpt2:beta/infer", HttpStatusCode.NotFound, "has no label 'beta'")]
    public async Task Post_UnknownVersionOrLabel_HasTheStatusOfItsApi(string path, HttpStatusCode status, string message)
    {
        using var answer = await _gateway.Client.PostAsync(path, new StringContent("{}"));

        Assert.Equal(status, answer.StatusCode);
        var error = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync()).GetProperty("error");
        Assert.Contains(message, error.GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/models/gpt3:predict", """{"error":"The model 'gpt3' does not exist; this gateway has 'gpt2', 'bert'"}""")]
    [InlineData("/v2/models/gpt3/infer", """{"error":"The model 'gpt3' does not exist; this gateway has 'gpt2', 'bert'"}""")]
    [InlineData("/models/gpt3/generate", """{"error":"The model 'gpt3' does not exist; this gateway has 'gpt2', 'bert'","error_type":"model_not_found"}""")]
    [InlineData("/models/gpt3/text-generation/generate", """{"message":"The model 'gpt3' does not exist; this gateway has 'gpt2', 'bert'"}""")]
    public async Task Post_UnknownNameOnOtherApis_HasTheirShape(string path, string body)
    {
        using var answer = await _gateway.Client.PostAsync(path, new StringContent("{}"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        Assert.Single(answer.Headers.GetValues("x-request-id"));
    }

    [Fact]
    public async Task Post_ModelOfTheOtherKind_Is400ThatSaysWhich()
    {
        using var answer = await _gateway.Client.PostAsync("/v1/completions", new StringContent("""{"model":"bert"}"""));

        Assert.Equal(
            "the model 'bert' is a classifier; /v1/completions needs a generator",
            await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.BadRequest, "invalid_request_error", null));
    }

    [Theory]
    [InlineData("x-model", "gpt2:canary", "/v1/completions", """{"model":"other","a":1}""", """canary /v1/completions {"model":"gpt2@1557515785_v0.02","a":1}""")]
    [InlineData("x-ai-eg-model", "bert", "/tokenize", "{}", "bert /tokenize {}")]
    [InlineData("x-model", "bert@1_v1", "/models/gpt2/v1/completions", "{}", "stable /v1/completions {}")]
    public async Task Post_ModelInAHeader_IsBehindThePathAndBeforeTheBody(string header, string value, string path, string body, string seen)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body), Headers = { { header, value } } };
        using var answer = await _gateway.Client.SendAsync(request);

        Assert.Equal(seen, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/models/gpt2@1557429385_v0.01/versions/1557515785_v0.02/v1/completions", null, null, "the path pin version '1557429385_v0.01' and version '1557515785_v0.02' of gpt2, which exclude each other; send one of them")]
    [InlineData("/v1/completions", "gpt2@1557429385_v0.01", "1557515785", "the headers pin version '1557429385_v0.01' and version '1557515785' of gpt2, which exclude each other; send one of them")]
    public async Task Post_TwoPinsAtTheSamePlace_ExcludeEachOther(string path, string? model, string? version, string message)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent("{}") };
        if (model is not null)
        {
            request.Headers.Add("x-model", model);
            request.Headers.Add("x-model-version", version);
        }
        using var answer = await _gateway.Client.SendAsync(request);

        Assert.Equal(message, await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.BadRequest, "invalid_request_error", null));
    }

    [Fact]
    public async Task Post_TwoPinsThatMeanTheSame_AreOne()
    {
        using var answer = await SendAsync("{}", ("x-model", "gpt2:canary"), ("x-model-version", "1557515785"));

        Assert.StartsWith("canary ", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_TwoModelHeaders_ExcludeEachOther()
    {
        using var answer = await SendAsync("{}", ("x-model", "gpt2"), ("x-ai-eg-model", "bert"));

        Assert.Equal(
            "x-model 'gpt2' and x-ai-eg-model 'bert' exclude each other; send one of them",
            await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.BadRequest, "invalid_request_error", null));
    }

    [Theory]
    [InlineData("POST", "/v1/completions", true)]
    [InlineData("GET", "/v1/models", true)]
    [InlineData("POST", "/generate", false)]
    [InlineData("POST", "/v1/models/bert:predict", false)]
    public async Task Answer_OfOpenAIsApi_HasItsHeaders(string method, string path, bool has)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent("{}") };
        using var answer = await _gateway.Client.SendAsync(request);

        Assert.Equal(has, answer.Headers.TryGetValues("openai-version", out var version) && version.Single() == "2020-10-01");
        Assert.Equal(has, answer.Headers.TryGetValues("openai-organization", out var organization) && organization.Single() == "elastic-synapse");
        Assert.Equal(has, answer.Headers.TryGetValues("openai-processing-ms", out var taken) && int.Parse(taken.Single(), System.Globalization.CultureInfo.InvariantCulture) >= 0);
    }

    [Fact]
    public async Task Post_VersionAndLabelHeader_ExcludeEachOther()
    {
        using var answer = await SendAsync("{}", ("x-model-version", Stable), ("x-model-label", "canary"));

        Assert.Equal(
            $"x-model-version '{Stable}' and x-model-label 'canary' exclude each other; send one of them",
            await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.BadRequest, "invalid_request_error", null));
    }

    [Fact]
    public async Task Post_PinnedVersionDown_Is503ThatSaysSoAndNeverAnother()
    {
        await _canary.DisposeAsync();

        await Patience.UntilAsync(
            async () =>
            {
                using var answer = await SendAsync("{}", ("x-model-label", "canary"));
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
            },
            "the probes notice");
        using var refused = await SendAsync("{}", ("x-model-label", "canary"));
        Assert.Equal(
            $"gpt2 {Canary} can't answer: none of its 1 replica(s) is ready",
            await ErrorEnvelope.MessageAsync(refused, HttpStatusCode.ServiceUnavailable, "server_error", "version_not_ready"));
        Assert.Equal("1", Assert.Single(refused.Headers.GetValues("Retry-After")));
        Assert.Equal(("gpt2", Canary), (refused.Headers.GetValues("x-model-name").Single(), refused.Headers.GetValues("x-model-version").Single()));
    }

    [Fact]
    public async Task Post_SameSession_MeetsTheSameVersion()
    {
        _catalogue.Write(CatalogueFile.Gpt2(new FileVersion(Stable, 50, _stable.Address), new FileVersion(Canary, 50, _canary.Address)));
        await Patience.UntilAsync(async () => (await _gateway.Client.GetStringAsync("/v1/models")).Contains("\"weight\":50", StringComparison.Ordinal), "the weights are in effect");

        var seen = new Dictionary<string, HashSet<string>>();
        for (var i = 0; i < 200; i++)
        {
            var session = $"session-{i % 20}";
            using var answer = await SendAsync("{}", ("x-session-id", session));
            seen.TryAdd(session, []);
            seen[session].Add((await answer.Content.ReadAsStringAsync()).Split(' ')[0]);
        }

        Assert.All(seen.Values, versions => Assert.Single(versions));
        Assert.Equal(["canary", "stable"], seen.Values.SelectMany(versions => versions).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task GetModels_ListsModelsVersionsAndLabelsInOneAnswer()
    {
        using var document = JsonDocument.Parse(await _gateway.Client.GetStringAsync("/v1/models"));

        Assert.Equal("list", document.RootElement.GetProperty("object").GetString());
        var gpt2 = document.RootElement.GetProperty("data")[0];
        Assert.Equal(("gpt2", "model", 1557515785), (gpt2.GetProperty("id").GetString(), gpt2.GetProperty("object").GetString(), gpt2.GetProperty("created").GetInt64()));
        Assert.Equal(
            [(Stable, "stable", 100.0), (Canary, "canary", 0.0)],
            gpt2.GetProperty("versions").EnumerateArray().Select(version => (
                version.GetProperty("version").GetString()!, version.GetProperty("labels")[0].GetString()!, version.GetProperty("weight").GetDouble())));
        Assert.Equal(["gpt2", "bert"], document.RootElement.GetProperty("models").EnumerateArray().Select(name => name.GetString()!));
        Assert.Equal("""{"models":["gpt2","bert"]}""", await _gateway.Client.GetStringAsync("/v2/models"));
        Assert.Equal("""{"ready":true}""", await _gateway.Client.GetStringAsync("/v2/health/ready"));
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("{}", 3)]
    [InlineData("""{"ready":false}""", 3)]
    [InlineData("""{"ready":true}""", 2)]
    public async Task PostRepositoryIndex_OnlyReady_LeavesOutTheOthers(string body, int count)
    {
        await _bert.DisposeAsync();
        await Patience.UntilAsync(
            async () => (await _gateway.Client.GetStringAsync("/v1/models")).Contains("\"ready\":false", StringComparison.Ordinal), "one is not ready");

        using var answer = await _gateway.Client.PostAsync("/v2/repository/index", new StringContent(body));

        Assert.Equal(count, JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync()).GetArrayLength());
    }

    [Fact]
    public async Task Post_PinnedVersionOfOneReplicaNotReady_Is503AndTheListSaysSo()
    {
        await _bert.DisposeAsync();
        await Patience.UntilAsync(
            async () => (await _gateway.Client.GetStringAsync("/v1/models")).Contains("""{"version":"1_v1","labels":[],"weight":100,"ready":false}""", StringComparison.Ordinal), "the list says so");

        using var answer = await _gateway.Client.PostAsync("/classify", new StringContent("""{"model":"bert@1_v1","text":"x"}"""));

        Assert.Equal(
            "bert 1_v1 can't answer: none of its 1 replica(s) is ready",
            await ErrorEnvelope.MessageAsync(answer, HttpStatusCode.ServiceUnavailable, "server_error", "version_not_ready"));
        Assert.Equal("1", Assert.Single(answer.Headers.GetValues("Retry-After")));
    }

    private async Task<HttpResponseMessage> SendAsync(string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent(body) };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }
        return await _gateway.Client.SendAsync(request);
    }

    private static async Task EchoAsync(HttpContext context, string name)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        await context.Response.WriteAsync($"{name} {context.Request.Path} {body}");
    }
}
