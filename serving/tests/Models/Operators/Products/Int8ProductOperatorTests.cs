using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Models.Onnx;
using Microsoft.ML.OnnxRuntime;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Products with matrices of bytes. Where the processor has no VNNI, they are ONNX Runtime's.</summary>
public sealed class Int8ProductOperatorTests : IDisposable
{
    private const int Offset = 64;

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(1);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(4, 1)]
    [InlineData(64, 63)]
    [InlineData(64, 64)]
    [InlineData(100, 65)]
    [InlineData(20, 97)]
    [InlineData(768, 2304)]
    [InlineData(3072, 768)]
    public void Run_Bytes_TheProductRoundedOnce(int inputs, int outputs)
    {
        var matrix = Matrix(inputs, outputs);
        using var session = Open(matrix, threads: 2);
        foreach (var rows in new[] { 3, 1, 2, 4, 5, 6, 7, 64, 65, 130, 0 })
        {
            var x = new byte[rows * inputs];
            _random.NextBytes(x);
            Assert.Equal(Expected(matrix, x), Run(session, x, rows));
        }
    }

    [Theory]
    [InlineData(byte.MaxValue, sbyte.MinValue)]
    [InlineData(byte.MaxValue, sbyte.MaxValue)]
    [InlineData(0, sbyte.MinValue)]
    public void Run_ExtremeBytes_NothingSaturates(byte input, sbyte code)
    {
        const int inputs = 3072, outputs = 64;
        var matrix = new Int8(inputs, outputs, [.. Enumerable.Repeat(code, inputs * outputs)], [.. Enumerable.Repeat(1f, outputs)]);
        using var session = Open(matrix, threads: 1);
        var x = Enumerable.Repeat(input, inputs).ToArray();
        Assert.Equal(Enumerable.Repeat((input - 128f) * code * inputs, outputs), Run(session, x, rows: 1));
    }

    [Fact]
    public void Run_RowsTogether_TheBitsOfEachAlone()
    {
        const int inputs = 256, outputs = 300, rows = 37;
        using var session = Open(Matrix(inputs, outputs), threads: 2);
        var x = new byte[rows * inputs];
        _random.NextBytes(x);
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
        var matrix = Matrix(inputs, outputs);
        using var session = Open(matrix, threads: 1);
        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 8 }, run =>
        {
            var rows = (run % 9) + 1;
            var x = Enumerable.Range(0, rows * inputs).Select(i => (byte)(i * (run + 1) % 251)).ToArray();
            Assert.Equal(Expected(matrix, x), Run(session, x, rows));
        });
    }

    [Fact]
    public void Open_FileThatIsCut_RefusedAndTheNextIsFine()
    {
        var matrix = Matrix(64, 200);
        if (Int8Tile.IsSupported) // else ONNX Runtime maps it, and says so in its own words
        {
            var refusal = Assert.Throws<CheckpointException>(() => Open(matrix with { Codes = matrix.Codes[1..] }, threads: 2));
            Assert.Contains("the file's end before the tensor's", refusal.Message, StringComparison.Ordinal);
        }
        using var session = Open(matrix, threads: 2);
        Assert.Equal(Expected(matrix, new byte[64]), Run(session, new byte[64], rows: 1));
    }

    [Theory]
    [InlineData(6, 128)]      // not whole groups of four
    [InlineData(8, 127)]      // around another byte
    [InlineData(70_000, 128)] // sums that could overflow
    public void Apply_ProductOfAnotherKind_Stays(int inputs, byte zeroPoint)
    {
        var matrix = Matrix(inputs, 2);
        var model = Graph(matrix, Files(matrix), zeroPoint);
        WeightsInFiles.Apply(model);
        Assert.Equal("MatMulIntegerToFloat", Assert.Single(model.Graph.Node).OpType);
        Assert.Equal(4, model.Graph.Initializer.Count);
    }

    private sealed record Int8(int Inputs, int Outputs, sbyte[] Codes, float[] Scales);

    private Int8 Matrix(int inputs, int outputs) => new(inputs, outputs,
        [.. Enumerable.Range(0, inputs * outputs).Select(_ => (sbyte)_random.Next(-128, 128))],
        [.. Enumerable.Range(0, outputs).Select(_ => _random.NextSingle() - 0.5f)]);

    private static float[] Run(InferenceSession session, byte[] x, int rows)
    {
        var inputs = ((NodeMetadata)session.InputMetadata["x"]).Dimensions[1];
        using var value = OrtValue.CreateTensorValueFromMemory(x, [rows, inputs]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["x"], [value], ["y"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private string Files(Int8 matrix) =>
        _folder.Write("matrix.bin", [.. new byte[Offset], .. matrix.Scales.SelectMany(BitConverter.GetBytes), .. matrix.Codes.Select(code => (byte)code)]);

    private static ModelProto Graph(Int8 matrix, string file, byte zeroPoint = 128)
    {
        var graph = new GraphWriter("product");
        var x = graph.Input("x", DataType.Uint8, "rows", matrix.Inputs);
        var scales = graph.External("scales", DataType.Float, [matrix.Outputs], file, Offset, matrix.Outputs * sizeof(float));
        var codes = graph.External("codes", DataType.Int8, [matrix.Inputs, matrix.Outputs], file, Offset + (matrix.Outputs * sizeof(float)), matrix.Inputs * matrix.Outputs);
        graph.Fused("MatMulIntegerToFloat", "y", [x, codes, graph.Constant("one", [1f]), scales, graph.ByteConstant("zero_point", zeroPoint)]);
        graph.Output("y", DataType.Float, "rows", matrix.Outputs);
        return graph.ToModel();
    }

    private InferenceSession Open(Int8 matrix, int threads)
    {
        var model = Graph(matrix, Files(matrix));
        var session = CompiledModel.Open("test", model, new SessionSettings(threads));
        Assert.Equal(Int8Tile.IsSupported, model.Graph.Node.Any(node => node.OpType.EndsWith("Int8Product", StringComparison.Ordinal)));
        return session;
    }

    private static float[] Expected(Int8 matrix, byte[] x)
    {
        var products = new int[x.Length / matrix.Inputs * matrix.Outputs];
        for (var i = 0; i < x.Length; i++)
        {
            var (row, input) = Math.DivRem(i, matrix.Inputs);
            for (var output = 0; output < matrix.Outputs; output++)
                products[(row * matrix.Outputs) + output] += (x[i] - 128) * matrix.Codes[(input * matrix.Outputs) + output];
        }
        return [.. products.Select((product, i) => product * matrix.Scales[i % matrix.Outputs])];
    }
}
