using ElasticSynapse.Serving.Models;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>What becomes of attention in a compiled graph.</summary>
public sealed class CacheAttentionTests
{
    [Theory]
    [InlineData(Precision.Fp32, "CacheAttention", (int)DataType.Float)]
    [InlineData(Precision.Int8, "HalfCacheAttention", (int)DataType.Float16)]
    [InlineData(Precision.Int4, "HalfCacheAttention", (int)DataType.Float16)]
    public void Apply_CompiledGraph_OursWithTheBiasInIt(Precision precision, string op, int cacheType)
    {
        var config = Gpt2Config.Load(Gpt2Golden.Folder);
        using var source = CheckpointTensors.Open(Gpt2Golden.Folder);
        var weights = CheckpointWeights.Bind(source, TensorNaming.Gpt2, Gpt2Tensors.Required(config), Gpt2Tensors.Optional(config));
        using var compiled = CompiledCheckpoint.Open(Gpt2Golden.Folder, weights, precision, cache: null, quantized => Gpt2Graph.Compile(config, weights, quantized, precision));
        var graph = compiled.Model.Graph;
        WeightsInFiles.Apply(compiled.Model);
        CacheAttention.Apply(graph);
        if (HeadAttention.For(isHalf: true, 64) is null)
        {
            Assert.Equal(config.Layers, graph.Node.Count(node => node.OpType == "GroupQueryAttention"));
            return;
        }
        var attentions = graph.Node.Where(node => node.OpType == op).ToArray();
        Assert.Equal(config.Layers, attentions.Length);
        Assert.All(attentions, attention => Assert.StartsWith("h.", attention.Input[2], StringComparison.Ordinal)); // the bias
        Assert.DoesNotContain(graph.Node, node => node.Output.Any(output => output.EndsWith("attn.biased", StringComparison.Ordinal)));
        var caches = graph.Input.Concat(graph.Output).Where(value => value.Name.StartsWith("past_", StringComparison.Ordinal) || value.Name.StartsWith("present_", StringComparison.Ordinal)).ToArray();
        Assert.Equal(4 * config.Layers, caches.Length);
        Assert.All(caches, cache => Assert.Equal(cacheType, cache.Type.TensorType.ElemType));
        Assert.True(CacheAttention.RunsTokensAlike(graph));
    }

    [Fact]
    public void Apply_HalvesOnTheCpu_LeftToOnnxRuntime()
    {
        using var model = Gpt2Model.Load(Gpt2Golden.Folder, new SessionSettings(1), Precision.Fp16);
        Assert.False(model.TokensAreRunAlike);
    }
}
