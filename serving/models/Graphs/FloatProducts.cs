using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>Products with the weights as they are.</summary>
internal sealed class FloatProducts(GraphWriter graph, GraphWeights weights) : IProducts
{
    public RowValues Product(string output, RowValues x, string weight, bool isTransposed) => new(isTransposed
        ? graph.Fused("FusedMatMul", output, [x.Values, weights.UseInProduct(weight)], Int("transB", 1))
        : graph.Standard("MatMul", output, [x.Values, weights.UseInProduct(weight)]));
}
