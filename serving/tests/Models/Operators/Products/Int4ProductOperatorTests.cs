using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Models.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Products with matrices of 4 bits. Where the processor has no VNNI, they are ONNX Runtime's.</summary>
public sealed class Int4ProductOperatorTests : IDisposable
{
    private const int Offset = 64;

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(1);

    public void Dispose() => _folder.Dispose();

    // Activations of -127 to 127 in every block, and scales that are powers of two: so nothing is rounded.
    [Theory]
    [InlineData(16, 1)]
    [InlineData(16, 64)]
    [InlineData(64, 65)]
    [InlineData(100, 63)]  // a last block that is filled up
    [InlineData(129, 130)] // with one input in it
    [InlineData(33, 97)]
    [InlineData(768, 128)]
    [InlineData(3072, 96)]
    public void Run_WhatNeedsNoRounding_TheProduct(int inputs, int outputs)
    {
        var matrix = Matrix(inputs, outputs, () => MathF.Pow(2, _random.Next(-4, 4)));
        using var session = Open(matrix, threads: 2);
        foreach (var rows in new[] { 3, 1, 2, 4, 5, 6, 7, 65, 130, 0 })
        {
            var x = Enumerable.Range(0, rows * inputs)
                .Select(i => i % inputs % matrix.Format.Size == 0 ? 127f : _random.Next(-127, 128)).ToArray();
            Assert.Equal(Expected(matrix, x), Run(session, x, rows));
        }
    }

    [Theory]
    [InlineData(768, 768)]
    [InlineData(200, 33)]
    public void Run_AnyFloats_AsOnnxRuntimeWithinItsRounding(int inputs, int outputs)
    {
        const int rows = 9;
        var matrix = Matrix(inputs, outputs, () => _random.NextSingle() - 0.5f);
        using var session = Open(matrix, threads: 2);
        using var reference = Reference(matrix);
        var x = Enumerable.Range(0, rows * inputs).Select(_ => (_random.NextSingle() - 0.5f) * 10).ToArray();
        var expected = Expected(matrix, x);
        var distance = Distance(expected, Run(session, x, rows));
        Assert.InRange(distance, 0, 1.05 * Distance(expected, Run(reference, x, rows)) + 1e-6);
    }

    [Fact]
    public void Run_RowsTogether_TheBitsOfEachAlone()
    {
        const int inputs = 256, outputs = 300, rows = 37;
        using var session = Open(Matrix(inputs, outputs, () => _random.NextSingle()), threads: 2);
        var x = Enumerable.Range(0, rows * inputs).Select(_ => _random.NextSingle() - 0.5f).ToArray();
        if (!Int4Tile.IsSupported)
            return; // ONNX Runtime's takes rows by twos: RowPairs is for that
        var together = Run(session, x, rows);
        for (var row = 0; row < rows; row++)
        {
            Assert.Equal(Run(session, x[(row * inputs)..((row + 1) * inputs)], rows: 1), together[(row * outputs)..((row + 1) * outputs)]);
        }
    }

    [Fact]
    public void Run_ManyAtOnce_EachItsOwn()
    {
        const int inputs = 256, outputs = 300;
        var matrix = Matrix(inputs, outputs, () => 0.5f);
        using var session = Open(matrix, threads: 1);
        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 8 }, run =>
        {
            var rows = (run % 9) + 1;
            var x = Enumerable.Range(0, rows * inputs).Select(i => i % matrix.Format.Size == 0 ? 127f : (i * (run + 1) % 255) - 127f).ToArray();
            Assert.Equal(Expected(matrix, x), Run(session, x, rows));
        });
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Run_FloatThatIsNoNumber_Shows(float value)
    {
        using var session = Open(Matrix(64, 64, () => 1), threads: 1);
        var x = Enumerable.Repeat(1f, 64).ToArray();
        x[7] = value;
        if (Int4Tile.IsSupported) // ONNX Runtime's loses a NaN on some processors
            Assert.All(Run(session, x, rows: 1), y => Assert.False(float.IsFinite(y)));
    }

    [Fact]
    public void Run_RowOfZeros_Zeros()
    {
        using var session = Open(Matrix(64, 70, () => 1), threads: 1);
        Assert.Equal(new float[70], Run(session, new float[64], rows: 1));
    }

    [Fact]
    public void Open_FileThatIsCut_RefusedAndTheNextIsFine()
    {
        var matrix = Matrix(64, 200, () => 1);
        if (Int4Tile.IsSupported) // else ONNX Runtime maps it, and says so in its own words
        {
            var refusal = Assert.Throws<CheckpointException>(() => Open(matrix with { Codes = matrix.Codes[1..] }, threads: 2));
            Assert.Contains("the file's end before the tensor's", refusal.Message, StringComparison.Ordinal);
        }
        using var session = Open(matrix, threads: 2);
        var x = Enumerable.Repeat(127f, 64).ToArray();
        Assert.Equal(Expected(matrix, x), Run(session, x, rows: 1));
    }

    private sealed record Int4(int Inputs, int Outputs, BlockFormat Format, byte[] Codes, float[] Scales)
    {
        public int Blocks => Format.Blocks(Inputs);

        public double Weight(int output, int input)
        {
            var pair = Codes[(((output * Blocks) + (input / Format.Size)) * Format.BytesPerBlock) + (input % Format.Size / 2)];
            return ((input % 2 == 0 ? pair & 15 : pair >> 4) - 8) * (double)Scales[(output * Blocks) + (input / Format.Size)];
        }
    }

    private Int4 Matrix(int inputs, int outputs, Func<float> scale)
    {
        var format = BlockFormat.For(inputs);
        var codes = new byte[outputs * format.Blocks(inputs) * format.BytesPerBlock];
        _random.NextBytes(codes);
        return new Int4(inputs, outputs, format, codes, [.. Enumerable.Range(0, outputs * format.Blocks(inputs)).Select(_ => scale())]);
    }

    private static float[] Expected(Int4 matrix, float[] x) =>
    [
        .. Enumerable.Range(0, x.Length / matrix.Inputs * matrix.Outputs).Select(i => (float)Enumerable.Range(0, matrix.Inputs)
            .Sum(input => x[(i / matrix.Outputs * matrix.Inputs) + input] * matrix.Weight(i % matrix.Outputs, input))),
    ];

    private static double Distance(float[] expected, float[] actual) =>
        Math.Sqrt(expected.Zip(actual, (e, a) => Math.Pow(e - a, 2)).Sum() / expected.Sum(e => Math.Pow(e, 2)));

    private static float[] Run(InferenceSession session, float[] x, int rows)
    {
        using var value = OrtValue.CreateTensorValueFromMemory(x, [rows, session.InputMetadata["x"].Dimensions[1]]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["x"], [value], ["y"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static ModelProto Graph(Int4 matrix, string file)
    {
        var graph = new GraphWriter("product");
        var x = graph.Input("x", DataType.Float, "rows", matrix.Inputs);
        var scaleBytes = matrix.Scales.Length * sizeof(float);
        var scales = graph.External("scales", DataType.Float, [matrix.Outputs, matrix.Blocks], file, Offset, scaleBytes);
        var codes = graph.External("codes", DataType.Uint8, [matrix.Outputs, matrix.Blocks, matrix.Format.BytesPerBlock], file,
            Offset + scaleBytes, matrix.Outputs * matrix.Blocks * matrix.Format.BytesPerBlock);
        graph.Fused("MatMulNBits", "y", [x, codes, scales],
            OnnxAttribute.Int("K", matrix.Inputs), OnnxAttribute.Int("N", matrix.Outputs), OnnxAttribute.Int("bits", BlockFormat.Bits),
            OnnxAttribute.Int("block_size", matrix.Format.Size), OnnxAttribute.Int("accuracy_level", 4));
        graph.Output("y", DataType.Float, "rows", matrix.Outputs);
        return graph.ToModel();
    }

    private InferenceSession Open(Int4 matrix, int threads)
    {
        var model = Graph(matrix, _folder.Write("matrix.bin", [.. new byte[Offset], .. matrix.Scales.SelectMany(BitConverter.GetBytes), .. matrix.Codes]));
        var session = CompiledModel.Open("test", model, new SessionSettings(threads));
        Assert.Equal(Int4Tile.IsSupported ? "Int4Product" : "MatMulNBits", Assert.Single(model.Graph.Node).OpType);
        return session;
    }

    // ONNX Runtime's own operator, the weights in the model.
    private static InferenceSession Reference(Int4 matrix)
    {
        var model = Graph(matrix, "");
        foreach (var (name, bytes) in new[] { ("codes", (IEnumerable<byte>)matrix.Codes), ("scales", matrix.Scales.SelectMany(BitConverter.GetBytes)) })
        {
            var tensor = model.Graph.Initializer.Single(weight => weight.Name == name);
            tensor.ExternalData.Clear();
            tensor.DataLocation = DataLocation.Default;
            tensor.RawData = ByteString.CopyFrom([.. bytes]);
        }
        return new InferenceSession(model.ToByteArray());
    }
}
