using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>The operator as ONNX Runtime runs it.</summary>
public sealed class RowsOperatorTests
{
    private const float Epsilon = 1e-5f;

    private static readonly string[] InputNames = ["x", "scale", "bias", "residual", "weight", "shift"];

    [Theory]
    [InlineData(1, 768)]
    [InlineData(3, 27)]
    [InlineData(33, 64)]
    [InlineData(2, 3072)]
    public void Run_AnyOfItsInputs_SumAndValuesAsInDoubles(int rows, int width) =>
        Assert.All(Enumerable.Range(0, 16), optional => CheckAgainstDoubles(optional, rows, width));

    [Theory]
    [InlineData(768)]
    [InlineData(3072)]
    [InlineData(27)]
    public void Run_AnyNumberOfRows_BitIdenticalToEachAlone(int width)
    {
        const int Most = 33;
        var inputs = Inputs(optional: 15, Most, width);
        using var session = Open(inputs, ["sum", "", "codes", "scales"], Activation.GeluTanh, threads: 2);
        var alone = Enumerable.Range(0, Most).Select(row => Run(session, Rows(inputs, row, 1, width), 1, width, ["sum", "codes", "scales"])).ToArray();
        foreach (var rows in new[] { 2, 3, 8, 9, 16, 32, Most })
        {
            var together = Run(session, Rows(inputs, 0, rows, width), rows, width, ["sum", "codes", "scales"]);
            for (var output = 0; output < together.Length; output++)
            {
                Assert.Equal(alone.Take(rows).SelectMany(results => results[output]), together[output]);
            }
        }
    }

    [Fact]
    public void Run_SequencesOfRows_CodesOfTheSameShape()
    {
        const int Width = 64;
        var inputs = Inputs(optional: 0, rows: 6, Width);
        using var session = Open(inputs, ["", "", "codes", "scales"]);
        using var x = OrtValue.CreateTensorValueFromMemory(inputs[0]!, [2, 3, Width]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["x"], [x], ["codes", "scales"]);
        Assert.Equal([2, 3, Width], results[0].GetTensorTypeAndShape().Shape);
        Assert.Equal([2, 3, 1], results[1].GetTensorTypeAndShape().Shape);
    }

    // What a layer norm that comes last gives: to the residual as it is, to the next product as bytes.
    [Theory]
    [InlineData(768)]
    [InlineData(96)]
    public void Run_ValuesBesideCodes_EachAsAlone(int width)
    {
        const int Rows = 9;
        var inputs = Inputs(optional: 15, Rows, width);
        using InferenceSession both = Open(inputs, ["", "values", "codes", "scales"], block: 32),
            values = Open(inputs, ["", "values"]), codes = Open(inputs, ["", "", "codes", "scales"], block: 32);
        var together = Run(both, inputs, Rows, width, ["values", "codes", "scales"]);
        Assert.Equal(Run(values, inputs, Rows, width, ["values"])[0], together[0]);
        Assert.Equal(Run(codes, inputs, Rows, width, ["codes", "scales"]), together[1..]);
    }

    // A crash of the process would be the other way to learn of it.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Run_InputTooShort_ONNXRuntimeThrows(int input)
    {
        const int Rows = 5, Width = 32;
        var inputs = Inputs(optional: 15, Rows, Width);
        inputs[input] = inputs[input]![1..];
        using var session = Open(inputs, ["sum", "values"]);
        var error = Assert.Throws<OnnxRuntimeException>(() => Run(session, inputs, Rows, Width, ["sum", "values"]));
        Assert.Contains($"Rows: input {input} has", error.Message, StringComparison.Ordinal);
    }

    private static void CheckAgainstDoubles(int optional, int rows, int width)
    {
        var inputs = Inputs(optional, rows, width);
        using var session = Open(inputs, ["sum", "values"]);
        var results = Run(session, inputs, rows, width, ["sum", "values"]);
        for (var row = 0; row < rows; row++)
        {
            var sum = Enumerable.Range(0, width).Select(i =>
                (inputs[0]![(row * width) + i] * (double)(inputs[1]?[row] ?? 1)) + (inputs[2]?[i] ?? 0) + (inputs[3]?[(row * width) + i] ?? 0)).ToArray();
            double mean = sum.Average(), deviation = Math.Sqrt(sum.Average(x => Math.Pow(x - mean, 2)) + Epsilon);
            for (var i = 0; i < width; i++)
            {
                Assert.Equal(sum[i], results[0][(row * width) + i], 1e-5);
                Assert.Equal(inputs[4] is null ? sum[i] : ((sum[i] - mean) / deviation * inputs[4]![i]) + inputs[5]![i], results[1][(row * width) + i], 1e-5);
            }
        }
    }

    [Fact]
    public void Run_BlockThatDoesNotDivideTheWidth_ONNXRuntimeThrows()
    {
        var inputs = Inputs(optional: 0, rows: 1, width: 65);
        using var session = Open(inputs, ["", "", "codes", "scales"], block: 64);
        var error = Assert.Throws<OnnxRuntimeException>(() => Run(session, inputs, 1, 65, ["codes", "scales"]));
        Assert.Contains("a block that divides the width of 65", error.Message, StringComparison.Ordinal);
    }

    // More than a thread's stack is asked for.
    [Fact]
    public void Run_VeryWideRows_Codes()
    {
        const int Width = 1 << 20;
        var inputs = Inputs(optional: 0, rows: 2, Width);
        using var session = Open(inputs, ["", "", "codes", "scales"], threads: 2);
        var results = Run(session, inputs, 2, Width, ["codes", "scales"]);
        for (var row = 0; row < 2; row++)
        {
            var scale = inputs[0]!.Skip(row * Width).Take(Width).Max(Math.Abs) / 127;
            Assert.Equal(scale, results[1][row]);
            Assert.Equal(inputs[0]![(row + 1) * Width - 1], (results[0][(row + 1) * Width - 1] - 128) * scale, scale);
        }
    }

    // Inputs of the same node in a run of some of the rows.
    private static float[]?[] Rows(float[]?[] inputs, int first, int count, int width) =>
        [inputs[0]![(first * width)..((first + count) * width)], inputs[1]![first..(first + count)], inputs[2], inputs[3]![(first * width)..((first + count) * width)], inputs[4], inputs[5]];

    // Which of the optional ones are there, as bits; the norm's two come together.
    private static float[]?[] Inputs(int optional, int rows, int width)
    {
        var random = new Random(width + rows);
        return
        [
            Numbers(rows * width),
            (optional & 1) != 0 ? Numbers(rows) : null,
            (optional & 2) != 0 ? Numbers(width) : null,
            (optional & 4) != 0 ? Numbers(rows * width) : null,
            (optional & 8) != 0 ? Numbers(width) : null,
            (optional & 8) != 0 ? Numbers(width) : null,
        ];

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    private static InferenceSession Open(float[]?[] inputs, string[] outputs, Activation? activation = null, int threads = 1, int block = 1)
    {
        var graph = new GraphWriter("rows");
        string[] names = [.. inputs.Select((input, index) => input is null ? "" : InputNames[index])];
        foreach (var name in names.Where(name => name.Length > 0))
            graph.Input(name, DataType.Float, name == "x" ? ["a", "b", "width"] : [$"{name}_length"]);
        graph.Rows(outputs, names, activation, Epsilon, outputs.Contains("codes") ? block : 0);
        foreach (var output in outputs.Where(output => output.Length > 0))
            graph.Output(output, output == "codes" ? DataType.Uint8 : DataType.Float, "a", "b", "c");
        return CompiledModel.Open("test", graph.ToModel(), new SessionSettings(threads));
    }

    private static double[][] Run(InferenceSession session, float[]?[] inputs, int rows, int width, string[] outputs)
    {
        var given = inputs.Select((values, index) => (Values: values, Name: InputNames[index])).Where(input => input.Values is not null).ToArray();
        var values = given.Select(input => OrtValue.CreateTensorValueFromMemory(input.Values!, input.Name == "x" ? [1, rows, width] : [input.Values!.Length])).ToArray();
        try
        {
            using var options = new RunOptions();
            using var results = session.Run(options, [.. given.Select(input => input.Name)], values, outputs);
            return [.. results.Select((result, index) => outputs[index] == "codes"
                ? result.GetTensorDataAsSpan<byte>().ToArray().Select(value => (double)value).ToArray()
                : result.GetTensorDataAsSpan<float>().ToArray().Select(value => (double)value).ToArray())];
        }
        finally
        {
            foreach (var value in values)
                value.Dispose();
        }
    }
}
