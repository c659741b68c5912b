using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Tool;

namespace ElasticSynapse.Serving.Tests.Tool;

public sealed class InspectionTests
{
    // As measured in fp32; in int8 144 MiB were, because ONNX Runtime packs more than the codes. A head of its own is a product beside the embedding.
    [Theory]
    [InlineData(32, false, 497_759_232)]
    [InlineData(32, true, 497_759_232)]
    [InlineData(8, false, 131_023_512)]
    [InlineData(4, false, 69_257_496)]
    public void MemoryOf_Gpt2OfRealSize_EmbeddingIsReadFromItsFile(int bits, bool hasHead, long expected)
    {
        var layers = Enumerable.Range(0, 12).SelectMany(layer => new[]
        {
            Weight($"h.{layer}.attn.c_attn.weight", 768, 2304), Weight($"h.{layer}.attn.c_proj.weight", 768, 768),
            Weight($"h.{layer}.mlp.c_fc.weight", 768, 3072), Weight($"h.{layer}.mlp.c_proj.weight", 3072, 768),
            Weight($"h.{layer}.norms and biases", 2304 + 768 + 3072 + 768 + (4 * 768)),
        });
        (string, StoredTensor)[] tensors =
        [
            Weight("wte.weight", 50257, 768), Weight("wpe.weight", 1024, 768), .. layers, Weight("ln_f", 2 * 768),
            .. hasHead ? [Weight("lm_head.weight", 50257, 768)] : Array.Empty<(string, StoredTensor)>(),
        ];
        Assert.Equal(expected, Inspection.MemoryOf(tensors, bits));
    }

    [Theory]
    [InlineData(30522, 0)]          // 94 MB
    [InlineData(1000, 1000 * 3072)] // a small one stays in memory
    public void MemoryOf_Bert_LargeEmbeddingIsReadFromItsFile(int vocabulary, long table)
    {
        (string, StoredTensor)[] tensors = [Weight("embeddings.word_embeddings.weight", vocabulary, 768), Weight("encoder.layer.0.output.dense.weight", 768, 3072)];
        Assert.Equal(table + (768 * 3072 * 4), Inspection.MemoryOf(tensors));
        Assert.Equal(table + (768 * 3072) + (768 * 3072 / 32), Inspection.MemoryOf(tensors, 8));
    }

    private static (string, StoredTensor) Weight(string name, params long[] shape) =>
        (name, new StoredTensor(name, TensorType.F32, shape, "/none", 0, 4 * shape.Aggregate(1L, (product, length) => product * length)));
}
