using ElasticSynapse.Classifier.Api.TensorFlow;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Model;

namespace ElasticSynapse.Classifier.Tests.Api.TensorFlow;

public sealed class ServingPathTests
{
    [Theory]
    [InlineData("bert", "bert|||")]
    [InlineData("bert:predict", "bert|||predict")]
    [InlineData("bert:PREDICT", "bert|||predict")]
    [InlineData("bert/versions/7:classify", "bert|7||classify")]
    [InlineData("bert/VERSIONS/7", "bert|7||")]
    [InlineData("bert/labels/stable:regress", "bert||stable|regress")]
    [InlineData("bert/metadata", "bert|||metadata")]
    [InlineData("bert/versions/7/metadata", "bert|7||metadata")]
    [InlineData("a b@1:predict", "a b@1|||predict")]
    public void Parse_PathOfTheApi_NamesItsParts(string path, string parts)
    {
        var parsed = ServingPath.Parse(path)!;
        Assert.Equal(parts, $"{parsed.Model}|{parsed.Version}|{parsed.Label}|{(parsed.IsMetadata ? "metadata" : parsed.Verb)}");
    }

    [Theory]
    [InlineData("")]
    [InlineData(":predict")]
    [InlineData("bert:generate")]
    [InlineData("bert/versions")]
    [InlineData("bert/versions/1/labels/stable")]
    [InlineData("bert/metadata:predict")]
    [InlineData("bert:predict\n")]
    [InlineData("bert/other")]
    public void Parse_AnyOtherPath_IsNone(string path) => Assert.Null(ServingPath.Parse(path));

    [Theory]
    [InlineData("1557429385_v0.01", 1557429385)]
    [InlineData("0_v0.0", 0)]
    [InlineData("3", 3)]
    [InlineData("stable", 1)]
    [InlineData("99999999999999999999_v1.0", 1)]
    public void Number_Version_IsTheNumberThatItBeginsWith(string version, long number) =>
        Assert.Equal(number, new ServableVersion(new ModelIdentity("bert", version), "stable").Number);

    [Theory]
    [InlineData("bert", null, null)]
    [InlineData("bert@7_v1.0", null, null)]
    [InlineData("bert", "7", null)]
    [InlineData("bert", "7_v1.0", null)]
    [InlineData("bert", null, "stable")]
    public void Check_ThisModel_Passes(string model, string? version, string? label) => Servable().Check(model, version, label);

    [Theory]
    [InlineData("half", null, null, 404, "Servable not found for request: Latest(half)")]
    [InlineData("half", "7", null, 404, "Servable not found for request: Specific(half, 7)")]
    [InlineData("bert", "8", null, 404, "Servable not found for request: Specific(bert, 8)")]
    [InlineData("half", null, "stable", 404, "Could not find any versions of model half")]
    [InlineData("bert", null, "canary", 400, "Unrecognized servable version label: canary")]
    [InlineData("bert", "99999999999999999999", null, 400, "Failed to convert version: 99999999999999999999 to numeric.")]
    [InlineData("bert", "8_v1.0", null, 404, "Servable not found for request: Specific(bert, 8_v1.0)")]
    [InlineData("bert", "7_v2.0", null, 404, "Servable not found for request: Specific(bert, 7_v2.0)")]
    public void Check_AnotherModel_IsRefusedInTensorFlowsWords(string model, string? version, string? label, int status, string message)
    {
        var error = Assert.Throws<ApiException>(() => Servable().Check(model, version, label));
        Assert.Equal((status, message), (ErrorTable.Row(error.Kind).Status, error.Message));
    }

    [Theory]
    [InlineData("half", null, null, 404, "Could not find any versions of model half")]
    [InlineData("half", "7", null, 404, "Could not find any versions of model half")]
    [InlineData("bert", "8", null, 404, "Could not find version 8 of model bert")]
    [InlineData("bert", null, "canary", 400, "Unrecognized servable version label: canary")]
    [InlineData("bert", "99999999999999999999", null, 400, "Failed to convert version: 99999999999999999999 to numeric.")]
    public void CheckStatus_AnotherModel_IsRefusedInTensorFlowsWords(string model, string? version, string? label, int status, string message)
    {
        var error = Assert.Throws<ApiException>(() => Servable().CheckStatus(model, version, label));
        Assert.Equal((status, message), (ErrorTable.Row(error.Kind).Status, error.Message));
    }

    private static ServableVersion Servable() => new(new ModelIdentity("bert", "7_v1.0"), "stable");
}
