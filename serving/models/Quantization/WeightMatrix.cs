using System.Runtime.ExceptionServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>A stored weight matrix, read output by output: the weights that one output's product takes, side by side.</summary>
/// <param name="isTransposed">Whether it lies in the file as [outputs, inputs] (nn.Linear) or [inputs, outputs] (Conv1D).</param>
internal sealed class WeightMatrix(StoredTensor tensor, bool isTransposed)
{
    private const int TileOutputs = 64; // a cache line of floats, four times, of each row

    /// <param name="weights">[outputs, inputs]; the caller's own, who may change them.</param>
    public delegate void TileAction(int firstOutput, int outputs, Span<float> weights);

    public int Inputs { get; } = (int)tensor.Shape[isTransposed ? 1 : 0];

    public int Outputs { get; } = (int)tensor.Shape[isTransposed ? 0 : 1];

    /// <summary>Calls with [outputs, inputs] of all outputs, tile by tile, from several threads at once.</summary>
    public void ForEachTile(TileAction action)
    {
        using var reader = new FloatReader(tensor);
        var whole = isTransposed ? [] : new float[(long)Inputs * Outputs];
        reader.Read(0, whole);
        var tiles = (Outputs + TileOutputs - 1) / TileOutputs;
        try
        {
            Parallel.For(0, tiles, () => new float[TileOutputs * Inputs], (index, _, tile) =>
            {
                var first = index * TileOutputs;
                var count = Math.Min(TileOutputs, Outputs - first);
                var weights = tile.AsSpan(0, count * Inputs);
                if (isTransposed)
                {
                    reader.Read((long)first * Inputs, weights);
                }
                else
                {
                    Transpose(whole.AsSpan(first), weights, count);
                }
                action(first, count, weights);
                return tile;
            }, _ => { });
        }
        catch (AggregateException failures) // one a thread; the first says it all
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    // [inputs, outputs] from the first wanted output on to [count, inputs].
    private void Transpose(ReadOnlySpan<float> matrix, Span<float> weights, int count)
    {
        for (var input = 0; input < Inputs; input++)
        {
            var row = matrix.Slice(input * Outputs, count);
            for (var output = 0; output < row.Length; output++)
            {
                weights[(output * Inputs) + input] = row[output];
            }
        }
    }
}
