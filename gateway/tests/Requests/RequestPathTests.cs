using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Requests;

namespace ElasticSynapse.Gateway.Tests.Requests;

public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/v1/completions", null, null, null, "/v1/completions")]
    [InlineData("/v1/completions/", null, null, null, "/v1/completions")]
    [InlineData("/V1/Completions", null, null, null, "/v1/completions")]
    [InlineData("/docs/", null, null, null, "/docs/")]
    [InlineData("/models/gpt2/versions/1_v1/v1/completions", "gpt2", "1_v1", null, "/v1/completions")]
    [InlineData("/models/gpt2/labels/canary/generate", "gpt2", null, "canary", "/generate")]
    [InlineData("/models/gpt2/generate_stream", "gpt2", null, null, "/generate_stream")]
    [InlineData("/models/gpt2", "gpt2", null, null, "/")]
    [InlineData("/models/gpt2/versions/1_v1", "gpt2", "1_v1", null, "/")]
    [InlineData("/models/gpt2@1_v1/info", "gpt2", "1_v1", null, "/info")]
    [InlineData("/models/openai%2Fgpt2/info", "openai/gpt2", null, null, "/info")]
    [InlineData("/gpt2/predict", "gpt2", null, null, "/predict")]
    [InlineData("/gpt2:canary/touch", "gpt2", null, "canary", "/touch")]
    [InlineData("/gpt2", "gpt2", null, null, "/")]
    [InlineData("/v1/models/gpt2", "gpt2", null, null, "/v1/models/gpt2")]
    [InlineData("/v1/models/gpt2@1_v1", "gpt2", "1_v1", null, "/v1/models/gpt2")]
    [InlineData("/v1/models/gpt2:canary", "gpt2", null, "canary", "/v1/models/gpt2")]
    [InlineData("/v1/models/gpt2:predict", "gpt2", null, null, "/v1/models/gpt2:predict")]
    [InlineData("/v1/models/gpt2:canary:predict", "gpt2", null, "canary", "/v1/models/gpt2:predict")]
    [InlineData("/v1/models/gpt2/versions/1557429385:predict", "gpt2", "1557429385", null, "/v1/models/gpt2/versions/chosen:predict")]
    [InlineData("/V1/Models/gpt2/labels/canary:classify", "gpt2", null, "canary", "/v1/models/gpt2:classify")]
    [InlineData("/v1/models/gpt2/versions/1/metadata", "gpt2", "1", null, "/v1/models/gpt2/versions/chosen/metadata")]
    [InlineData("/v2/models/gpt2/versions/1/infer", "gpt2", "1", null, "/v2/models/gpt2/versions/chosen/infer")]
    [InlineData("/v2/models/gpt2/ready", "gpt2", null, null, "/v2/models/gpt2/ready")]
    [InlineData("/models/gpt2/versions/a/v1/models/gpt2:predict", "gpt2", "a", null, "/v1/models/gpt2:predict")]
    public void Read_PathThatNamesSomeone_TellsModelPinAndWhatTheReplicaSees(string path, string? model, string? version, string? label, string replicaPath)
    {
        var target = RequestPath.Read(path, name => name == "gpt2")!;

        Assert.Equal((model, version, label), (target.Model, target.Pin.Version, target.Pin.Label));
        Assert.Equal(replicaPath, target.PathFor("chosen"));
    }

    [Theory]
    [InlineData("/classifier/predict", ModelKind.Classifier, "/predict")]
    [InlineData("/classifier", ModelKind.Classifier, "/")]
    [InlineData("/generator/predict", ModelKind.Generator, "/predict")]
    [InlineData("/classifier/health", ModelKind.Classifier, "/health")]
    [InlineData("/generator/something/new", ModelKind.Generator, "/something/new")]
    public void Read_PathBehindAKind_LeavesNoDoubt(string path, object kind, string replicaPath)
    {
        var target = RequestPath.Read(path, _ => false)!;

        Assert.Equal(((ModelKind)kind, false, replicaPath), (target.Kind!.Value, target.IsShared, target.Path));
    }

    [Theory]
    [InlineData("/v1/completions", "OpenAiErrors")]
    [InlineData("/v1/models/gpt2", "OpenAiErrors")]
    [InlineData("/v1/models/gpt2/versions/1", "MessageErrors")]
    [InlineData("/v1/models/gpt2:predict", "MessageErrors")]
    [InlineData("/v2/models/gpt2/infer", "MessageErrors")]
    [InlineData("/generate", "HuggingFaceErrors")]
    [InlineData("/text-generation/generate", "RestxErrors")]
    [InlineData("/models/gpt2/generate", "HuggingFaceErrors")]
    [InlineData("/classifier/v1/models/bert:predict", "MessageErrors")]
    public void Read_AnyPath_KnowsTheFormOfItsErrors(string path, string form) =>
        Assert.Equal(form, RequestPath.Read(path, _ => false)!.Errors.GetType().Name);

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/v1")]
    [InlineData("/v1/models/")]
    [InlineData("/models/")]
    [InlineData("/generators/info")]
    [InlineData("/bert/predict")]
    [InlineData("//")]
    [InlineData("/v1/completions//")]
    public void Read_PathThatNobodyHas_IsNull(string path) => Assert.Null(RequestPath.Read(path, name => name == "gpt2"));
}
