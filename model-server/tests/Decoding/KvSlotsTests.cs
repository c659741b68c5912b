using ElasticSynapse.ModelServer.Decoding;
using ElasticSynapse.ModelServer.Decoding.Memory;
using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ElasticSynapse.ModelServer.Tests.Decoding;

public class KvSlotsTests
{
    private static readonly Gpt2Config Small = new()
    {
        VocabularySize = 10, Positions = 4, HiddenSize = 16, Layers = 2, Heads = 2, InnerSize = 64,
        Activation = Activation.GeluTanh, LayerNormEpsilon = 1e-5f, TieWordEmbeddings = true, EosTokenIds = [],
    };

    [Fact]
    public void Create_MoreThanTheMachineHas_RefusesWithTheArithmetic()
    {
        var large = Small with { Layers = 100, HiddenSize = 12_800, Heads = 100, Positions = 1_000_000 };
        var refused = Assert.Throws<CheckpointException>(() => new KvSlots(new HostMemory(), large, TensorElementType.Float, 900, 100));
        Assert.Contains("the KV cache needs 10,240,000,000,000,000 bytes (2 * 100 layers * (900 sequences + 100 kept prefixes) * 1000000 positions * 12800 values * 4)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("set Scheduler__MaxSequences or Scheduler__PrefixCacheSequences lower", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Copy_FirstPositionsOfEachHead_AreThoseOfTheOtherSlot()
    {
        using var slots = new KvSlots(new HostMemory(), Small, TensorElementType.Float, 2, 1);
        for (var layer = 0; layer < Small.Layers; layer++)
        {
            Fill(layer, 2, layer * 1000);
        }

        slots.Copy(from: 2, fromPosition: 0, to: 0, toPosition: 0, positions: 3);

        for (var layer = 0; layer < Small.Layers; layer++)
        {
            using var from = slots.Keys(layer, 2, 1);
            using var to = slots.Keys(layer, 0, 1);
            using var between = slots.Keys(layer, 1, 1);
            for (var head = 0; head < Small.Heads; head++)
            {
                var start = head * Small.Positions * Small.HeadSize;
                var copied = 3 * Small.HeadSize;
                Assert.Equal(from.GetTensorDataAsSpan<float>().Slice(start, copied), to.GetTensorDataAsSpan<float>().Slice(start, copied));
                Assert.All(to.GetTensorDataAsSpan<float>().Slice(start + copied, Small.HeadSize).ToArray(), value => Assert.Equal(0, value));
            }
            Assert.All(between.GetTensorDataAsSpan<float>().ToArray(), value => Assert.Equal(0, value));
        }

        void Fill(int layer, int slot, int from)
        {
            using var keys = slots.Keys(layer, slot, 1);
            var span = keys.GetTensorMutableDataAsSpan<float>();
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = from + i + 1;
            }
        }
    }
}
