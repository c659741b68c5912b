using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>Products with the weights as they are.</summary>
internal sealed class FloatProducts(GraphWriter graph, GraphWeights weights) : IProducts
{
    public string Product(string output, string x, string weight, bool isTransposed) => isTransposed
        ? graph.Fused("FusedMatMul", output, [x, weights.UseInProduct(weight)], Int("transB", 1))
        : graph.Standard("MatMul", output, [x, weights.UseInProduct(weight)]);
}
