using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Models.Onnx;
using Microsoft.ML.OnnxRuntime;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Embeddings that stay in their files, beside ONNX Runtime's own Gather.</summary>
public sealed class TableRowsOperatorTests : IDisposable
{
    private const int Rows = 11, Width = 5, Offset = 64;

    private readonly TemporaryFolder _folder = new();
    private readonly float[] _table = [.. Enumerable.Range(0, Rows * Width).Select(i => (i * 37 % 101) / 8f)]; // exact in 16 bits

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData((int)DataType.Float)]
    [InlineData((int)DataType.Float16)]
    [InlineData((int)DataType.Bfloat16)]
    public void Run_AnyType_RowsOfTheTable(int type)
    {
        using var session = Open(Write((DataType)type), (DataType)type);
        foreach (var numbers in new long[][] { [0], [10, 0, 3, 3], [] })
        {
            Assert.Equal(numbers.SelectMany(number => _table.Skip((int)number * Width).Take(Width)), Run(session, numbers));
        }
    }

    // As a temporary file is.
    [Fact]
    public void Run_FileDeletedSinceTheStart_StillThere()
    {
        var file = Write(DataType.Float);
        using var session = Open(file, DataType.Float);
        File.Delete(file);
        Assert.Equal(_table[5..10], Run(session, [1]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(11)]
    [InlineData(long.MaxValue)]
    public void Run_NoSuchRow_ErrorAndTheNextRunIsFine(long number)
    {
        using var session = Open(Write(DataType.Float), DataType.Float);
        Assert.Contains("11 rows", Assert.Throws<OnnxRuntimeException>(() => Run(session, [0, number])).Message, StringComparison.Ordinal);
        Assert.Equal(_table[..5], Run(session, [0]));
    }

    [Fact]
    public void Run_FileCutSinceTheStart_ErrorInsteadOfACrash()
    {
        var file = Write(DataType.Float);
        using var session = Open(file, DataType.Float);
        using (var cut = new FileStream(file, FileMode.Open))
        {
            cut.SetLength(Offset + (2 * Width * sizeof(float)));
        }
        Assert.Equal(_table[5..10], Run(session, [1]));
        Assert.Contains("the file's end", Assert.Throws<OnnxRuntimeException>(() => Run(session, [2])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((int)DataType.Float, true)]
    [InlineData((int)DataType.Float16, false)] // rows of halves are wanted
    public void Apply_TableOfTheGraphsType_OnlyFloatsAreRead(int type, bool isRead)
    {
        var model = Graph(Write((DataType)type), (DataType)type, castTo: null);
        WeightsInFiles.Apply(model, leastTableBytes: 1);
        Assert.Equal(isRead, Assert.Single(model.Graph.Node).OpType == "TableRows");
        Assert.Equal(isRead, model.Graph.Initializer.Count == 0);
    }

    [Fact]
    public void Apply_TableThatAProductUsesToo_Stays()
    {
        var model = Graph(Write(DataType.Float), DataType.Float, castTo: null);
        model.Graph.Node.Add(new NodeProto { OpType = "Transpose", Input = { "table" }, Output = { "transposed" } });
        WeightsInFiles.Apply(model, leastTableBytes: 1);
        Assert.Contains(model.Graph.Node, node => node.OpType == "Gather");
        Assert.Single(model.Graph.Initializer);
    }

    [Fact]
    public void Apply_SmallTable_Stays()
    {
        var model = Graph(Write(DataType.Float), DataType.Float, castTo: null);
        WeightsInFiles.Apply(model);
        Assert.Equal("Gather", Assert.Single(model.Graph.Node).OpType);
    }

    private static InferenceSession Open(string file, DataType type)
    {
        var model = Graph(file, type, castTo: type == DataType.Float ? null : DataType.Float);
        WeightsInFiles.Apply(model, leastTableBytes: 1);
        Assert.Equal("TableRows", Assert.Single(model.Graph.Node).OpType);
        return CompiledModel.Open("test", model, new SessionSettings(1));
    }

    private static ModelProto Graph(string file, DataType type, DataType? castTo)
    {
        var graph = new GraphWriter("table");
        var ids = graph.Input("ids", DataType.Int64, "count");
        var table = graph.External("table", type, [Rows, Width], file, Offset, Rows * Width * (type == DataType.Float ? 4 : 2));
        if (castTo is { } target)
            table = graph.Standard("Cast", "cast", [table], OnnxAttribute.Int("to", (long)target));
        graph.Standard("Gather", "y", [table, ids]);
        graph.Output("y", castTo ?? type, "count", Width);
        return graph.ToModel();
    }

    private static float[] Run(InferenceSession session, long[] numbers)
    {
        using var ids = OrtValue.CreateTensorValueFromMemory(numbers, [numbers.Length]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["ids"], [ids], ["y"]);
        Assert.Equal([numbers.Length, Width], results[0].GetTensorTypeAndShape().Shape);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private string Write(DataType type)
    {
        var bytes = type switch
        {
            DataType.Float16 => MemoryMarshal.AsBytes<Half>(_table.Select(x => (Half)x).ToArray()).ToArray(),
            DataType.Bfloat16 => _table.SelectMany(x => BitConverter.GetBytes(x)[2..]).ToArray(),
            _ => MemoryMarshal.AsBytes<float>(_table).ToArray(),
        };
        return _folder.Write("table.bin", [.. new byte[Offset], .. bytes]);
    }
}
