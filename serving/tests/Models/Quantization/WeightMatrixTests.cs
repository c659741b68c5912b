using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class WeightMatrixTests
{
    // More outputs than a tile has, and values that every type holds exactly.
    private const int Inputs = 3, Outputs = 130;

    [Theory]
    [InlineData(TensorType.F32, false)]
    [InlineData(TensorType.F32, true)]
    [InlineData(TensorType.F16, false)]
    [InlineData(TensorType.F16, true)]
    [InlineData(TensorType.BF16, false)]
    [InlineData(TensorType.BF16, true)]
    [InlineData(TensorType.F64, false)]
    [InlineData(TensorType.F64, true)]
    internal void ForEachTile_AnyTypeAndLayout_TheWeightsOfEachOutput(TensorType type, bool isTransposed)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.FullPath, "weights");
        var values = Enumerable.Range(0, Inputs * Outputs).Select(i => isTransposed ? Value(i / Inputs, i % Inputs) : Value(i % Outputs, i / Outputs));
        byte[] bytes = [7, 7, .. values.SelectMany(value => Bytes(value, type))];
        File.WriteAllBytes(path, bytes);
        long[] shape = isTransposed ? [Outputs, Inputs] : [Inputs, Outputs];
        var matrix = new WeightMatrix(new StoredTensor("w", type, shape, path, Offset: 2, bytes.Length - 2), isTransposed);

        var seen = new float[Outputs * Inputs];
        matrix.ForEachTile((first, count, weights) => weights[..(count * Inputs)].CopyTo(seen.AsSpan(first * Inputs)));

        Assert.Equal(Enumerable.Range(0, seen.Length).Select(i => Value(i / Inputs, i % Inputs)), seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ForEachTile_FileCutShort_NamesFileAndTensor(bool isTransposed)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.FullPath, "weights");
        File.WriteAllBytes(path, new byte[20]);
        var matrix = new WeightMatrix(new StoredTensor("w", TensorType.F32, [2, 4], path, 0, 32), isTransposed);
        var refusal = Assert.Throws<CheckpointException>(() => matrix.ForEachTile((_, _, _) => { }));
        Assert.Contains($"{path}: tensor \"w\"", refusal.Message, StringComparison.Ordinal);
    }

    // Small multiples of 1/4: 8 bits of mantissa are enough.
    private static float Value(int output, int input) => (output * 0.25f) - (input * 32);

    private static byte[] Bytes(float value, TensorType type) => type switch
    {
        TensorType.F32 => BitConverter.GetBytes(value),
        TensorType.F64 => BitConverter.GetBytes((double)value),
        TensorType.F16 => BitConverter.GetBytes((Half)value),
        _ => MemoryMarshal.AsBytes<float>([value])[2..].ToArray(),
    };
}
