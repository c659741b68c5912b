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
    private const string AllRows = "pairs.rows";    // [1]
    private const string Filling = "pairs.filling"; // [0 or 1, width]

    private readonly string _zero = graph.Constant("pairs.zero", [0L], 1);
    private readonly string _two = graph.Constant("pairs.two", [2L], 1);
    private readonly string _last = graph.Constant("pairs.last", [-1L], 1);
    private readonly string _zeros = graph.Constant("pairs.zeros", new float[width], 1, width);

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
        [numbers, graph.Standard("Slice", $"{numbers}.filling", [_last, _zero, Odd(Rows(numbers, $"{numbers}.rows"))])], Int("axis", 0));

    /// <summary>Of the rows that <see cref="FillNumbers"/> chose, those that were wanted.</summary>
    public void StripNumbered(string output, string x, string numbers) =>
        graph.Standard("Slice", output, [x, _zero, $"{numbers}.rows", _zero]);

    private string Rows(string x, string output) => graph.Standard("Shape", output, [x], Int("end", 1)); // [1]

    private string Odd(string rows) => graph.Standard("Mod", $"{rows}.odd", [rows, _two]);
}
