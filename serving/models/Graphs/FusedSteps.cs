namespace ElasticSynapse.Serving.Models;

/// <summary>Steps by our own operator, which runs on a CPU.</summary>
/// <param name="rounds">Whether products take rotated bytes, as those of <see cref="RowProducts"/> do, instead of floats.</param>
internal sealed class FusedSteps(GraphWriter graph, bool rounds) : IRowSteps
{
    public RowValues Prepare(string x, int width) => rounds ? Next(x, rounds, width, [x]) : new RowValues(x);

    public string Finish(string output, RowValues product, string bias) =>
        Next(output, rounds: false, width: 0, [product.Values, product.Scales, bias]).Values;

    public RowValues Activated(string output, RowValues product, string bias, Activation activation, int width) =>
        Next(output, rounds, width, [product.Values, product.Scales, bias], activation: activation);

    public (string Sum, RowValues Normalized) AddAndNormalize(string name, string residual, RowValues product, string bias, LayerNorm norm)
    {
        var sum = norm.IsLast ? "" : $"{name}.residual";
        return (sum, Next($"{name}.normalized", rounds && !norm.IsLast, norm.Width,
            [product.Values, product.Scales, bias, residual, norm.Weight, norm.Bias], sum, epsilon: norm.Epsilon));
    }

    public (string Normalized, RowValues Next) Normalize(string name, string residual, RowValues product, string bias, LayerNorm norm)
    {
        var normalized = $"{name}.normalized";
        return (normalized, Next(normalized, rounds, norm.Width,
            [product.Values, product.Scales, bias, residual, norm.Weight, norm.Bias], values: normalized, epsilon: norm.Epsilon));
    }

    /// <param name="output">Floats, or what the names of codes and scales begin with.</param>
    /// <param name="values">Floats beside codes; empty for none.</param>
    private RowValues Next(
        string output, bool rounds, int width, string[] inputs, string sum = "", string values = "", Activation? activation = null, float epsilon = 0)
    {
        var next = rounds ? new RowValues($"{output}:codes", $"{output}:scales") : new RowValues(output);
        graph.Rows(rounds ? [sum, values, next.Values, next.Scales] : [sum, next.Values], inputs,
            activation, epsilon, block: rounds ? Hadamard.BlockFor(width) : 0);
        return next;
    }
}
