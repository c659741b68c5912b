using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>One run of a product with a <see cref="PackedMatrix"/>.</summary>
internal unsafe struct ProductRun
{
    private const long LeastOperations = 1 << 17; // that are worth waking a thread

    private const long TaskRows = 64;
    private const int MostStripTasks = 64; // one after the other costs some 0.1 us each

    public void* Matrix; // the kernel: a PackedMatrix
    public void* X;      // what the matrix multiplies
    public long Rows;
    public float* Y;     // [rows, outputs], out

    private int _stripsATask;

    private readonly long RowParts => (Rows + TaskRows - 1) / TaskRows;

    /// <summary>On the session's threads, if there is enough to do.</summary>
    /// <returns>A status.</returns>
    public nint Start(nint context, PackedMatrix matrix)
    {
        _stripsATask = (matrix.Strips + MostStripTasks - 1) / MostStripTasks;
        var tasks = (int)((matrix.Strips + _stripsATask - 1) / _stripsATask * RowParts);
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
        ((ProductRun*)run)->RunTask((PackedMatrix)CustomOperators.Object(((ProductRun*)run)->Matrix), (int)task);

    // Tasks of one strip follow each other, so that a thread reads it from memory once.
    private readonly void RunTask(PackedMatrix matrix, int task)
    {
        var first = task % RowParts * TaskRows;
        var strip = (int)(task / RowParts) * _stripsATask;
        for (var end = Math.Min(strip + _stripsATask, matrix.Strips); strip < end; strip++)
        {
            matrix.Multiply(strip, X, first, Math.Min(TaskRows, Rows - first), Y);
        }
    }
}
