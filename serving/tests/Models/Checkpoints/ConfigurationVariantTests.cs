using System.Text.Json.Nodes;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>The fixtures' weights under other configurations, held against what transformers 5.12 computes with them.</summary>
public sealed class ConfigurationVariantTests
{
    private static readonly long[] Gpt2Ids = [17, 300, 5, 842, 64, 9, 9, 128];
    private static readonly long[] BertIds = [2, 7, 11, 40, 5, 3];

    [Theory]
    [InlineData("relu", 3.99637f, -1.50785f, -0.81806f, -1.54389f, 690)]
    [InlineData("silu", 3.42778f, -1.9382f, -0.96799f, -0.95462f, 73)]
    [InlineData("swish", 3.42778f, -1.9382f, -0.96799f, -0.95462f, 73)]
    [InlineData("tanh", 1.80206f, -1.71142f, -2.84646f, -3.83739f, 801)]
    [InlineData("quick_gelu", 3.60516f, -1.72239f, -0.9156f, -1.27908f, 73)]
    [InlineData("gelu_fast", 3.58419f, -1.71387f, -0.92882f, -1.29554f, 73)]
    [InlineData("gelu_accurate", 3.58419f, -1.71387f, -0.92882f, -1.29553f, 73)]
    [InlineData("gelu_python", 3.58471f, -1.71399f, -0.92822f, -1.29576f, 73)]
    public void Load_Gpt2OfAnotherActivation_LogitsAsHuggingFace(string name, float a, float b, float c, float d, int best) =>
        AssertLogits([a, b, c, d], best, ("activation_function", name));

    [Theory]
    [InlineData(16, 1.06237f, 0.55024f, -0.49075f, -1.24896f, 377)]
    [InlineData(64, 2.3106f, 1.01939f, -0.00379f, 0.88194f, 377)]
    public void Load_Gpt2WithHeadsOfAnySize_LogitsAsHuggingFace(int heads, float a, float b, float c, float d, int best) =>
        AssertLogits([a, b, c, d], best, ("n_head", heads));

    [Theory]
    [InlineData(false, false, 2.27153f, -1.5607f, -0.69204f, -1.45899f, 73)]
    [InlineData(true, true, 3.56485f, -1.25695f, -1.09168f, -0.92992f, 749)]
    [InlineData(false, true, 2.38012f, -1.4468f, -0.83406f, -1.24361f, 73)]
    public void Load_Gpt2WithScaledAttention_LogitsAsHuggingFace(bool scaled, bool byLayer, float a, float b, float c, float d, int best) =>
        AssertLogits([a, b, c, d], best, ("scale_attn_weights", scaled), ("scale_attn_by_inverse_layer_idx", byLayer));

    [Theory]
    [InlineData("relu", new[] { 2.723413f, 1.128237f, 0.415394f, -1.223577f, -1.57852f, -1.519787f })]
    [InlineData("silu", new[] { 2.631465f, 1.14106f, 0.055852f, -1.071272f, -1.494524f, -1.576077f })]
    [InlineData("tanh", new[] { 2.905823f, 0.334168f, -0.515761f, -1.031375f, -1.648982f, -1.409226f })]
    [InlineData("quick_gelu", new[] { 2.728413f, 1.195829f, 0.306896f, -1.085563f, -1.538853f, -1.609038f })]
    [InlineData("gelu_fast", new[] { 2.738327f, 1.197388f, 0.326547f, -1.08172f, -1.534387f, -1.616877f })]
    public void Load_BertOfAnotherActivation_LogitsAsHuggingFace(string name, float[] expected)
    {
        using var copy = new FixtureCopy(BertGolden.Folder).Configure("hidden_act", name).Save();
        using var model = BertModel.Load(copy.FullPath, new SessionSettings(1));
        Assert.InRange(Numbers.LargestDifference(BertRun.Logits(model, BertIds)[0], expected), 0, 1e-5f);
    }

    private static void AssertLogits(float[] expected, int best, params (string Member, JsonNode Value)[] changes)
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder);
        foreach (var (member, value) in changes)
            copy.Configure(member, value);
        using var model = Gpt2Model.Load(copy.Save().FullPath, new SessionSettings(1));
        var whole = new Gpt2Run(model).Whole(Gpt2Ids)[^model.Config.VocabularySize..];
        Assert.InRange(Numbers.LargestDifference(whole.AsSpan(0, expected.Length), expected), 0, 5e-5f);
        Assert.Equal(best, Numbers.Argmax(whole));

        var inSteps = new Gpt2Run(model);
        inSteps.PrefillInChunks(0, Gpt2Ids[..^1], chunk: 4);
        Assert.InRange(Numbers.LargestDifference(inSteps.Decode(Gpt2Ids[^1..], [Gpt2Ids.Length - 1]), whole), 0, 5e-5f);
    }
}
