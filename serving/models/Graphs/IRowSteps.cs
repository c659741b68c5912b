namespace ElasticSynapse.Serving.Models;

/// <summary>Writes what happens to rows of activations between two products into a graph. Width: columns of a row.</summary>
internal interface IRowSteps
{
    /// <summary>Floats, [..., width], as the next product takes them.</summary>
    RowValues Prepare(string x, int width);

    /// <summary>product + bias as floats. Returns the output.</summary>
    /// <param name="bias">[width]; empty for none.</param>
    string Finish(string output, RowValues product, string bias);

    /// <summary>The activation of product + bias, as the next product takes it.</summary>
    RowValues Activated(string output, RowValues product, string bias, Activation activation, int width);

    /// <summary>residual + product + bias, empty behind the last norm, and the layer norm of that sum, as the next product takes it.</summary>
    /// <param name="bias">[width]; empty for none.</param>
    (string Sum, RowValues Normalized) AddAndNormalize(string name, string residual, RowValues product, string bias, LayerNorm norm);

    /// <summary>The layer norm of residual + product + bias as floats, and the same as the next product takes it.</summary>
    (string Normalized, RowValues Next) Normalize(string name, string residual, RowValues product, string bias, LayerNorm norm);
}
