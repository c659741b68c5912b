using ElasticSynapse.Serving.Models.Onnx;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Keeps the number of rows even. ONNX Runtime multiplies rows with 4-bit weights two at a time, and an odd one by another kernel,
/// which adds in another order: a sequence's logits would depend on how many others run beside it. So an odd number of rows
/// gets a row of zeros behind it.
/// </summary>
/// <remarks>Seen of ONNX Runtime 1.29 with AVX-512 and VNNI; without AVX-512 it has another kernel for a run of one row only.</remarks>
/// <param name="width">Of a row.</param>
internal sealed class RowPairs(GraphWriter graph, int width)
{
    private const string Prefix = "pairs.";          // of all values but rows made even, and no longer
    private const string AllRows = "pairs.rows";     // [1]
    private const string Filling = "pairs.filling";  // [0 or 1, width]

    private readonly string _zero = graph.Constant("pairs.zero", [0L], 1);
    private readonly string _two = graph.Constant("pairs.two", [2L], 1);
    private readonly string _last = graph.Constant("pairs.last", [-1L], 1);
    private readonly string _zeros = graph.Constant("pairs.zeros", new float[width], 1, width);

    /// <summary>Takes all of it out of a graph whose products do not need it.</summary>
    public static void Remove(GraphProto graph)
    {
        foreach (var node in graph.Node.Where(node => !IsOurs(node.Output[0]) && node.Input.Any(IsOurs)).ToArray())
        {
            graph.Node.Remove(node);
            PassOn(graph, node.Input[0], node.Output[0]); // made even, or no longer
        }
        foreach (var node in graph.Node.Where(node => IsOurs(node.Output[0])).ToArray())
            graph.Node.Remove(node);
        foreach (var constant in graph.Initializer.Where(constant => IsOurs(constant.Name)).ToArray())
            graph.Initializer.Remove(constant);

        static bool IsOurs(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);
    }

    /// <summary>Says how many rows there are before any are filled up: as many as x has.</summary>
    /// <param name="x">[rows, ...]</param>
    public void Count(string x)
    {
        Rows(x, AllRows);
        graph.Standard("Slice", Filling, [_zeros, _zero, Odd(AllRows), _zero]);
    }

    /// <summary>[rows, width] to an even number of rows.</summary>
    public string Fill(string x) => graph.Standard("Concat", $"{x}.even", [x, Filling], Int("axis", 0));

    /// <summary>Back to as many rows as there were.</summary>
    public string Strip(string x) => graph.Standard("Slice", $"{x}.stripped", [x, _zero, AllRows, _zero]);

    /// <summary>Numbers of rows, made even in number with that of the last one.</summary>
    /// <param name="numbers">[wanted]</param>
    public string FillNumbers(string numbers) => graph.Standard("Concat", $"{numbers}.even",
        [numbers, graph.Standard("Slice", $"{Prefix}{numbers}.filling", [_last, _zero, Odd(Rows(numbers, $"{Prefix}{numbers}"))])], Int("axis", 0));

    /// <summary>Of the rows that <see cref="FillNumbers"/> chose, those that were wanted.</summary>
    public void StripNumbered(string output, string x, string numbers) =>
        graph.Standard("Slice", output, [x, _zero, $"{Prefix}{numbers}", _zero]);

    private static void PassOn(GraphProto graph, string value, string name)
    {
        if (graph.Output.Any(output => output.Name == name))
            graph.Node.Single(node => node.Output.Contains(value)).Output[0] = name;
        foreach (var node in graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                if (node.Input[i] == name)
                    node.Input[i] = value;
            }
        }
    }

    private string Rows(string x, string output) => graph.Standard("Shape", output, [x], Int("end", 1)); // [1]

    private string Odd(string rows) => graph.Standard("Mod", $"{rows}.odd", [rows, _two]);
}
