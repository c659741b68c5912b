using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>Steps by ONNX Runtime's own operators, which every device has.</summary>
internal sealed class OnnxSteps(GraphWriter graph) : IRowSteps
{
    public RowValues Prepare(string x, int width) => new(x);

    public string Finish(string output, RowValues product, string bias) => graph.Standard("Add", output, [product.Values, bias]);

    public RowValues Activated(string output, RowValues product, string bias, Activation activation, int width) =>
        new(graph.Activate(activation, output, product.Values, bias));

    public (string Sum, RowValues Normalized) AddAndNormalize(string name, string residual, RowValues product, string bias, LayerNorm norm)
    {
        var sum = norm.IsLast ? "" : $"{name}.residual";
        var normalized = graph.Fused("SkipLayerNormalization", [$"{name}.normalized", "", "", sum],
            [residual, product.Values, norm.Weight, norm.Bias, bias], Float("epsilon", norm.Epsilon));
        return (sum, new RowValues(normalized));
    }

    public (string Normalized, RowValues Next) Normalize(string name, string residual, RowValues product, string bias, LayerNorm norm)
    {
        var normalized = AddAndNormalize(name, residual, product, bias, norm with { IsLast = true }).Normalized;
        return (normalized.Values, normalized);
    }
}
