using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Models.Onnx;
using Microsoft.ML.OnnxRuntime;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Products with matrices that are packed from their files while a session is opened.</summary>
public sealed class ProductOperatorTests : IDisposable
{
    private const int Offset = 64;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData((int)DataType.Float, false, 33, 200)]
    [InlineData((int)DataType.Float, true, 33, 200)]
    [InlineData((int)DataType.Float, false, 768, 96)]
    [InlineData((int)DataType.Float, true, 768, 96)]
    [InlineData((int)DataType.Float, false, 1, 1)]
    [InlineData((int)DataType.Float, true, 1, 1)]
    [InlineData((int)DataType.Float16, false, 20, 97)]
    [InlineData((int)DataType.Float16, true, 20, 97)]
    [InlineData((int)DataType.Bfloat16, true, 17, 95)]
    public void Run_AnyShapeAndType_TheProduct(int type, bool isTransposed, int inputs, int outputs)
    {
        var matrix = Matrix(inputs * outputs);
        using var session = Open((DataType)type, isTransposed, inputs, outputs, matrix, threads: 2);
        foreach (var rows in new[] { 3, 1, 130, 0 })
        {
            var x = Enumerable.Range(0, rows * inputs).Select(i => (i * 31 % 17) - 8f).ToArray();
            Assert.Equal(Expected(x, matrix, inputs, outputs, isTransposed), Run(session, x, inputs)); // whole numbers, so exactly
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_ManyAtOnce_EachItsOwn(bool isTransposed)
    {
        const int inputs = 300, outputs = 500;
        var matrix = Matrix(inputs * outputs);
        using var session = Open(DataType.Float, isTransposed, inputs, outputs, matrix, threads: 1);
        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 8 }, run =>
        {
            var x = Enumerable.Range(0, (run % 5 + 1) * inputs).Select(i => (i * (run + 1) % 13) - 6f).ToArray();
            Assert.Equal(Expected(x, matrix, inputs, outputs, isTransposed), Run(session, x, inputs));
        });
    }

    [Fact]
    public void Run_RowsOfAnotherWidth_ErrorAndTheNextRunIsFine()
    {
        var matrix = Matrix(6);
        using var session = Open(DataType.Float, isTransposed: false, 2, 3, matrix, threads: 1);
        Assert.Contains("rows of 5 elements; the matrix takes 2", Assert.Throws<OnnxRuntimeException>(() => Run(session, [1, 2, 3, 4, 5], 5)).Message, StringComparison.Ordinal);
        Assert.Equal(Expected([1, 2], matrix, 2, 3, false), Run(session, [1, 2], 2));
    }

    [Fact]
    public void Run_FileGoneSinceTheStart_NothingNeedsItAnyMore()
    {
        var matrix = Matrix(6);
        using var session = Open(DataType.Float, isTransposed: true, 2, 3, matrix, threads: 1);
        if (OperatingSystem.IsLinux()) // where a file that is still open would keep its room on the disk
            Assert.DoesNotContain(_folder.File("matrix.bin"), Directory.GetFiles("/proc/self/fd").Select(OpenFile));
        File.Delete(_folder.File("matrix.bin"));
        Assert.Equal(Expected([1, 2], matrix, 2, 3, true), Run(session, [1, 2], 2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_FileThatIsCut_RefusedAndTheNextIsFine(bool isTransposed)
    {
        const int inputs = 40, outputs = 120;
        float[] matrix = Matrix(inputs * outputs), x = [.. Enumerable.Range(0, inputs)];
        var refusal = Assert.Throws<CheckpointException>(() => Open(DataType.Float, isTransposed, inputs, outputs, matrix[1..], threads: 2));
        Assert.Contains("the file's end before the tensor's", refusal.Message, StringComparison.Ordinal);
        using var session = Open(DataType.Float, isTransposed, inputs, outputs, matrix, threads: 2);
        Assert.Equal(Expected(x, matrix, inputs, outputs, isTransposed), Run(session, x, inputs));
    }

    [Fact]
    public void Apply_MatrixThatIsUsedElsewhere_Stays()
    {
        var model = Graph(DataType.Float, isTransposed: false, 2, 3, "matrix.bin");
        model.Graph.Node.Add(new NodeProto { OpType = "Transpose", Input = { "matrix" }, Output = { "turned" } });
        WeightsInFiles.Apply(model);
        Assert.Contains(model.Graph.Node, node => node.OpType == "MatMul");
        Assert.Single(model.Graph.Initializer);
    }

    [Theory]
    [InlineData("transA", 1)]
    [InlineData("transB", 0)]
    public void Apply_ProductOfAnotherKind_Stays(string attribute, long value)
    {
        var model = Graph(DataType.Float, isTransposed: true, 2, 3, "matrix.bin");
        var product = Assert.Single(model.Graph.Node);
        product.Attribute.Clear();
        product.Attribute.Add(OnnxAttribute.Int(attribute, value));
        WeightsInFiles.Apply(model);
        Assert.Equal("FusedMatMul", product.OpType);
    }

    private static string? OpenFile(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.FullName;
        }
        catch (IOException)
        {
            return null; // another test has closed it meanwhile
        }
    }

    // Exact in 16 bits.
    private static float[] Matrix(int count) => [.. Enumerable.Range(0, count).Select(i => (i * 37 % 101) - 50f)];

    private static float[] Expected(float[] x, float[] matrix, int inputs, int outputs, bool isTransposed) =>
    [
        .. Enumerable.Range(0, x.Length / inputs * outputs).Select(i => Enumerable.Range(0, inputs).Sum(k =>
            x[(i / outputs * inputs) + k] * (isTransposed ? matrix[(i % outputs * inputs) + k] : matrix[(k * outputs) + (i % outputs)]))),
    ];

    private static float[] Run(InferenceSession session, float[] x, int width)
    {
        using var value = OrtValue.CreateTensorValueFromMemory(x, [x.Length / width, width]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["x"], [value], ["y"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static ModelProto Graph(DataType type, bool isTransposed, int inputs, int outputs, string file)
    {
        var graph = new GraphWriter("product");
        var x = graph.Input("x", DataType.Float, "rows", "inputs");
        long[] shape = isTransposed ? [outputs, inputs] : [inputs, outputs];
        var matrix = graph.External("matrix", type, shape, file, Offset, inputs * outputs * (type == DataType.Float ? 4 : 2));
        if (type != DataType.Float)
            matrix = graph.Standard("Cast", "cast", [matrix], OnnxAttribute.Int("to", (long)DataType.Float));
        if (isTransposed)
            graph.Fused("FusedMatMul", "y", [x, matrix], OnnxAttribute.Int("transB", 1));
        else
            graph.Standard("MatMul", "y", [x, matrix]);
        graph.Output("y", DataType.Float, "rows", outputs);
        return graph.ToModel();
    }

    private InferenceSession Open(DataType type, bool isTransposed, int inputs, int outputs, float[] matrix, int threads)
    {
        var bytes = type switch
        {
            DataType.Float16 => MemoryMarshal.AsBytes<Half>(matrix.Select(x => (Half)x).ToArray()).ToArray(),
            DataType.Bfloat16 => matrix.SelectMany(x => BitConverter.GetBytes(x)[2..]).ToArray(),
            _ => MemoryMarshal.AsBytes<float>(matrix).ToArray(),
        };
        var model = Graph(type, isTransposed, inputs, outputs, _folder.Write("matrix.bin", [.. new byte[Offset], .. bytes]));
        WeightsInFiles.Apply(model);
        Assert.Equal("Product", Assert.Single(model.Graph.Node).OpType);
        return CompiledModel.Open("test", model, new SessionSettings(threads));
    }
}
