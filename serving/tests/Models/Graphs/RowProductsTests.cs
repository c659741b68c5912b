using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>The products of int8: each row by itself, and close to the exact one.</summary>
public sealed class RowProductsTests
{
    // Blocks of 64, 2 and 1 inputs are rotated; outputs that fill no register; threads that get no equal share.
    [Theory]
    [InlineData(768, 130, 2)]
    [InlineData(192, 2304, 3)]
    [InlineData(64, 64, 1)]
    [InlineData(50, 7, 2)]
    [InlineData(27, 5, 1)]
    public void Product_AnyNumberOfRows_BitIdenticalToEachAlone(int inputs, int outputs, int threads)
    {
        using var product = new TestProduct(Random(inputs * outputs), inputs, threads);
        var x = Random(33 * inputs);
        var alone = x.Chunk(inputs).SelectMany(product.Run).ToArray();
        foreach (var rows in new[] { 2, 3, 5, 7, 8, 16, 17, 32, 33 })
        {
            Assert.Equal(alone[..(rows * outputs)], product.Run(x[..(rows * inputs)]));
        }
    }

    [Theory]
    [InlineData(768, false, Weights.AsHere)]
    [InlineData(768, true, Weights.AsHere)]
    [InlineData(27, false, Weights.AsHere)]
    [InlineData(768, true, Weights.SevenBits)]
    public void Product_AnyLayout_WithinTwoPercentOfTheExactOne(int inputs, bool isTransposed, Weights kind)
    {
        const int Outputs = 130;
        float[] weights = Random(inputs * Outputs), x = Random(4 * inputs);
        using var product = new TestProduct(weights, inputs, isTransposed: isTransposed, kind: kind);
        Assert.InRange(RelativeError(Exact(x, weights, inputs, isTransposed), product.Run(x)), 0, 0.02);
    }

    [Fact]
    public void Product_OneInputFarLargerThanTheRest_TheRestStillCounts()
    {
        const int Inputs = 64, Outputs = 32;
        float[] weights = Random(Inputs * Outputs), x = Random(Inputs);
        x[5] = 127; // the scale is 1 then, and each of the rest would be rounded to nothing
        weights.AsSpan(5 * Outputs, Outputs).Clear();
        using var product = new TestProduct(weights, Inputs);
        Assert.InRange(RelativeError(Exact(x, weights, Inputs), product.Run(x)), 0, 0.5);
    }

    // One input of each block, which rotation spreads evenly: every code is the largest or the smallest. Two products of unsigned
    // by signed bytes are too much for the 16 bits in which a processor without VNNI would add them.
    [Theory]
    [InlineData(Weights.AsHere)]
    [InlineData(Weights.Unsigned)]
    [InlineData(Weights.MadeUnsigned)]
    [InlineData(Weights.SevenBits)]
    public void Product_CodesAtTheirEnds_NothingSaturates(Weights kind)
    {
        const int Inputs = 256, Outputs = 48;
        float[] weights = new float[Inputs * Outputs], x = new float[Inputs];
        for (var input = 0; input < Inputs; input += 64)
        {
            x[input] = 1;
            weights.AsSpan(input * Outputs, Outputs).Fill(input == 64 ? -1 : 1);
        }
        using var product = new TestProduct(weights, Inputs, kind: kind);
        Assert.All(product.Run(x), result => Assert.Equal(2, result, 0.02f));
    }

    [Theory]
    [InlineData(768, 130)]
    [InlineData(27, 5)]
    public void Product_UnsignedCodes_BitIdenticalToSigned(int inputs, int outputs)
    {
        float[] weights = Random(inputs * outputs), x = Random(33 * inputs);
        using TestProduct here = new(weights, inputs), unsigned = new(weights, inputs, kind: Weights.Unsigned), made = new(weights, inputs, kind: Weights.MadeUnsigned);
        foreach (var rows in new[] { 1, 2, 16, 33 })
        {
            var expected = here.Run(x[..(rows * inputs)]);
            Assert.Equal(expected, unsigned.Run(x[..(rows * inputs)]));
            Assert.Equal(expected, made.Run(x[..(rows * inputs)]));
        }
    }

    [Fact]
    public void Product_RowOfZeros_Zeros()
    {
        using var product = new TestProduct(Random(64 * 5), 64);
        Assert.Equal(new float[5], product.Run(new float[64]));
    }

    [Fact]
    public void Product_NoRows_NoRows()
    {
        using var product = new TestProduct(Random(64 * 5), 64);
        Assert.Empty(product.Run([]));
    }

    [Theory]
    [InlineData(float.NaN, 128)]
    [InlineData(float.PositiveInfinity, 1)]
    [InlineData(float.NegativeInfinity, 1)]
    public void Product_RowNotFinite_ShowsThereAndNowhereElse(float value, int count)
    {
        const int Inputs = 128, Outputs = 5;
        using var product = new TestProduct(Random(Inputs * Outputs), Inputs);
        var x = Random(3 * Inputs);
        var expected = product.Run(x);
        x.AsSpan(2 * Inputs - count, count).Fill(value);
        var rows = product.Run(x).Chunk(Outputs).ToArray();
        Assert.Equal(expected[..Outputs], rows[0]);
        Assert.All(rows[1], result => Assert.False(float.IsFinite(result)));
        Assert.Equal(expected[^Outputs..], rows[2]);
    }

    [Fact]
    public void Product_WeightNotFinite_ShowsInItsOutput()
    {
        const int Inputs = 64, Outputs = 3;
        var weights = Random(Inputs * Outputs);
        weights[1] = float.NaN; // of the second output
        using var product = new TestProduct(weights, Inputs);
        Assert.Equal([true, false, true], product.Run(Random(Inputs)).Select(float.IsFinite));
    }

    public enum Weights
    {
        AsHere,       // signed, and made unsigned where this processor needs it
        Unsigned,     // as a processor without VNNI rounds them
        MadeUnsigned, // as it takes signed ones
        SevenBits,    // as a classifier's are rounded
    }

    private static float[] Random(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static float[] Exact(float[] x, float[] weights, int inputs, bool isTransposed = false)
    {
        var outputs = weights.Length / inputs;
        return [.. x.Chunk(inputs).SelectMany(row => Enumerable.Range(0, outputs).Select(output => (float)row.Index().Sum(input =>
            (double)input.Item * weights[isTransposed ? (output * inputs) + input.Index : (input.Index * outputs) + output])))];
    }

    private static double RelativeError(float[] exact, float[] other)
    {
        Assert.Equal(exact.Length, other.Length);
        return Math.Sqrt(exact.Zip(other, (x, y) => Math.Pow((double)x - y, 2)).Sum() / exact.Sum(x => (double)x * x));
    }

    /// <summary>A session of one product.</summary>
    private sealed class TestProduct : IDisposable
    {
        private readonly InferenceSession _session;
        private readonly int _inputs;

        public TestProduct(float[] weights, int inputs, int threads = 1, bool isTransposed = false, Weights kind = Weights.AsHere)
        {
            _inputs = inputs;
            var outputs = weights.Length / inputs;
            using var folder = new TemporaryFolder();
            var path = folder.Write("model.safetensors", TestTensor.Write([new("w", TensorType.F32,
                isTransposed ? [outputs, inputs] : [inputs, outputs], MemoryMarshal.AsBytes<float>(weights).ToArray())]));
            using var source = SafetensorsFile.Open(path);
            var stored = CheckpointWeights.Bind(source, TensorNaming.Gpt2, [], new RequiredTensor("w", source.Tensors["w"].Shape.ToArray()));
            using var file = QuantizedFile.Create(folder.File("weights.bin"));
            var graph = new GraphWriter("product");
            var steps = new FusedSteps(graph, rounds: true);
            var x = steps.Prepare(graph.Input("x", DataType.Float, "rows", inputs), inputs);
            steps.Finish("y", new RowProducts(graph, stored, file, kind switch
            {
                Weights.Unsigned => WeightCodes.UnsignedBytes,
                Weights.SevenBits => WeightCodes.SevenBits,
                _ => WeightCodes.SignedBytes,
            }).Product("product", x, "w", isTransposed), bias: "");
            graph.Output("y", DataType.Float, "rows", outputs);
            var model = graph.ToModel();
            if (kind == Weights.MadeUnsigned)
                UnsignedCodes.Force(model);
            else if (kind != Weights.SevenBits)
                UnsignedCodes.Apply(model);
            _session = CompiledModel.Open(path, model, new SessionSettings(threads));
        }

        /// <param name="x">[rows, inputs]</param>
        /// <returns>[rows, outputs]</returns>
        public float[] Run(float[] x)
        {
            using var input = OrtValue.CreateTensorValueFromMemory(x, [x.Length / _inputs, _inputs]);
            using var options = new RunOptions();
            using var results = _session.Run(options, ["x"], [input], ["y"]);
            return results[0].GetTensorDataAsSpan<float>().ToArray();
        }

        public void Dispose() => _session.Dispose();
    }
}
