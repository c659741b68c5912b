namespace ElasticSynapse.Serving.Models;

/// <summary>Writes the products of activations with weight matrices into a graph, in one precision.</summary>
internal interface IProducts
{
    /// <summary>x W, with x [..., inputs].</summary>
    /// <param name="output">Name of the result, [..., outputs].</param>
    /// <param name="weight">The checkpoint's weight.</param>
    /// <param name="isTransposed">Whether it lies in the file as [outputs, inputs] (nn.Linear) or [inputs, outputs] (Conv1D).</param>
    RowValues Product(string output, RowValues x, string weight, bool isTransposed);
}
