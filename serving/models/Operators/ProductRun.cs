using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>One run of a node of <see cref="ProductOperator"/>.</summary>
internal unsafe struct ProductRun
{
    private const long LeastOperations = 1 << 17; // that are worth waking a thread

    private const long TaskRows = 64;

    public void* Matrix; // the kernel: a ProductMatrix
    public float* X;     // [rows, inputs]
    public long Rows;
    public float* Y;     // [rows, outputs], out

    private readonly long RowParts => (Rows + TaskRows - 1) / TaskRows;

    /// <summary>On the session's threads, if there is enough to do.</summary>
    /// <returns>A status.</returns>
    public nint Start(nint context, ProductMatrix matrix)
    {
        var tasks = (int)(matrix.Strips * RowParts);
        if (Rows * matrix.Inputs * matrix.Outputs >= LeastOperations)
        {
            fixed (ProductRun* run = &this)
            {
                // One by one, so that no thread waits for one that the system has put off.
                return OnnxRuntimeApi.ParallelFor(context, &RunTaskOf, tasks, run, batches: tasks);
            }
        }
        for (var task = 0; task < tasks; task++)
        {
            RunTask(matrix, task);
        }
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void RunTaskOf(void* run, nuint task) =>
        ((ProductRun*)run)->RunTask((ProductMatrix)CustomOperators.Object(((ProductRun*)run)->Matrix), (int)task);

    // Tasks of one strip follow each other, so that a thread reads it from memory once.
    private readonly void RunTask(ProductMatrix matrix, int task)
    {
        var strip = (int)(task / RowParts);
        var first = task % RowParts * TaskRows;
        StripProduct.Run(
            X + (first * matrix.Inputs), Math.Min(TaskRows, Rows - first), matrix.Packed + (strip * matrix.Elements), matrix.Inputs,
            Y + (first * matrix.Outputs) + (strip * StripProduct.Columns), matrix.Outputs, matrix.Columns(strip));
    }
}
