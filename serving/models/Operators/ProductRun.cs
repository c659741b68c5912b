using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>One run of a node of <see cref="ProductOperator"/>, on the session's threads.</summary>
internal unsafe struct ProductRun
{
    private const long LeastOperations = 1 << 17; // that are worth waking a thread

    private const long TaskRows = 64;

    public nint Context; // ONNX Runtime's
    public nint Matrix;  // a handle of ProductMatrix
    public float* X;     // [rows, inputs]
    public long Rows;
    public float* Y;     // [rows, outputs], out

    private float* _weights;    // from strip to strip so many elements
    private long _stripDistance;
    private long _stride;       // and from one input's to the next
    private nint _error;        // the first task's that failed

    private readonly long RowParts => (Rows + TaskRows - 1) / TaskRows;

    /// <returns>A status.</returns>
    public nint Start(ProductMatrix matrix)
    {
        var packed = matrix.Packed;
        if (packed == null && matrix.ClaimPacking())
        {
            SpareBuffer.LetGo();
            _weights = matrix.Allocate();
            For(&PackPart, matrix.Parts);
            matrix.EndPacking(_weights, isWhole: _error == 0);
            packed = matrix.Packed;
        }
        if (_error != 0)
        {
            return _error;
        }
        return packed != null ? Multiply(matrix, packed, matrix.Elements, StripProduct.Columns)
            : matrix.IsTransposed ? For(&PackAndMultiplyStrip, matrix.Strips)
            : ReadAndMultiply(matrix);
    }

    private nint ReadAndMultiply(ProductMatrix matrix)
    {
        // The last strip's reads may go beyond the last row.
        var elements = (matrix.Inputs * matrix.Outputs) + StripProduct.Columns;
        var weights = _weights = SpareBuffer.Take(ref elements);
        var status = For(&ReadPart, matrix.Parts);
        status = status == 0 ? Multiply(matrix, weights, StripProduct.Columns, matrix.Outputs) : status;
        SpareBuffer.Return(weights, elements);
        return status;
    }

    private nint Multiply(ProductMatrix matrix, float* weights, long stripDistance, long stride)
    {
        _weights = weights;
        _stripDistance = stripDistance;
        _stride = stride;
        var tasks = (int)(matrix.Strips * RowParts);
        if (Rows * matrix.Inputs * matrix.Outputs >= LeastOperations)
        {
            return For(&MultiplyPart, tasks);
        }
        for (var task = 0; task < tasks; task++)
        {
            Multiply(matrix, task);
        }
        return 0;
    }

    // Tasks of one strip follow each other, so that a thread reads it from memory once.
    private readonly void Multiply(ProductMatrix matrix, int task)
    {
        var strip = (int)(task / RowParts);
        var first = task % RowParts * TaskRows;
        StripProduct.Run(
            X + (first * matrix.Inputs), Math.Min(TaskRows, Rows - first), _weights + (strip * _stripDistance), _stride, matrix.Inputs,
            Y + (first * matrix.Outputs) + (strip * StripProduct.Columns), matrix.Outputs, matrix.Columns(strip));
    }

    private readonly void PackAndMultiply(ProductMatrix matrix, int number)
    {
        var scratch = ArrayPool<float>.Shared.Rent((int)matrix.Elements);
        fixed (float* strip = scratch)
        {
            matrix.PackStrip(number, strip);
            StripProduct.Run(
                X, Rows, strip, StripProduct.Columns, matrix.Inputs, Y + (number * StripProduct.Columns), matrix.Outputs, matrix.Columns(number));
        }
        ArrayPool<float>.Shared.Return(scratch);
    }

    private nint For(delegate* unmanaged[Cdecl]<void*, nuint, void> task, int count)
    {
        fixed (ProductRun* run = &this)
        {
            var status = OnnxRuntimeApi.ParallelFor(Context, task, count, run);
            return status != 0 ? status : _error;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void MultiplyPart(void* run, nuint task) => ((ProductRun*)run)->Multiply(MatrixOf(run), (int)task);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void PackPart(void* run, nuint part) =>
        Try(run, part, static (run, matrix, part) => matrix.Pack(part, ((ProductRun*)run)->_weights));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReadPart(void* run, nuint part) =>
        Try(run, part, static (run, matrix, part) => matrix.Read(part, ((ProductRun*)run)->_weights));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void PackAndMultiplyStrip(void* run, nuint strip) =>
        Try(run, strip, static (run, matrix, strip) => ((ProductRun*)run)->PackAndMultiply(matrix, strip));

    private static ProductMatrix MatrixOf(void* run) => (ProductMatrix)GCHandle.FromIntPtr(((ProductRun*)run)->Matrix).Target!;

    // An exception must not leave a method that ONNX Runtime has called.
    private static void Try(void* run, nuint part, Reading reading)
    {
        try
        {
            reading(run, MatrixOf(run), (int)part);
        }
        catch (Exception exception)
        {
            var error = OnnxRuntimeApi.Error($"{ProductOperator.Name}: {exception.Message}");
            if (Interlocked.CompareExchange(ref ((ProductRun*)run)->_error, error, 0) != 0)
            {
                OnnxRuntimeApi.Release(error);
            }
        }
    }

    private delegate void Reading(void* run, ProductMatrix matrix, int part);
}
