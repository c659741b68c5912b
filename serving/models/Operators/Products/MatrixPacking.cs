namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Packs the matrices of a session that has been opened, with all its threads; ONNX Runtime packs with one. It creates its kernels,
/// and so our matrices, on the thread that opens the session.
/// </summary>
internal static class MatrixPacking
{
    [ThreadStatic]
    private static List<PackedMatrix>? _created;

    /// <summary>A kernel that is a matrix, which is not packed yet.</summary>
    public static unsafe void* Kernel(PackedMatrix matrix)
    {
        (_created ??= []).Add(matrix);
        return CustomOperators.Kernel(matrix);
    }

    /// <summary>Forgets those of a session that could not be opened.</summary>
    public static void Clear() => _created?.Clear();

    /// <exception cref="CheckpointException">A file has become shorter, or cannot be read.</exception>
    public static void Run(int threads)
    {
        PackedMatrix[] created = [.. _created ?? []];
        Clear();
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        try
        {
            Parallel.ForEach(
                created.SelectMany(matrix => Enumerable.Range(0, matrix.Parts), (matrix, part) => (matrix, part)).ToArray(),
                options, static each => each.matrix.Pack(each.part));
            Parallel.ForEach(created, options, static matrix => matrix.Complete());
        }
        catch (AggregateException exception) when (exception.InnerException is CheckpointException or IOException)
        {
            throw new CheckpointException(Refusal.OneLine(exception.InnerException.Message), exception);
        }
        finally
        {
            foreach (var matrix in created)
            {
                matrix.CloseFile();
            }
        }
    }
}
