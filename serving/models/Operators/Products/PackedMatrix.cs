namespace ElasticSynapse.Serving.Models;

/// <summary>
/// A matrix of products, packed from its file as strips: columns that lie together, as the processor takes them, one strip after
/// the other.
/// </summary>
/// <param name="stripColumns">Of a strip; the last one is filled up.</param>
internal abstract unsafe class PackedMatrix(long inputs, long outputs, int stripColumns) : IDisposable
{
    public long Inputs => inputs;

    public long Outputs => outputs;

    public int Strips { get; } = (int)((outputs + stripColumns - 1) / stripColumns);

    /// <summary>What packing is split into.</summary>
    public abstract int Parts { get; }

    /// <summary>Threads may pack parts at once.</summary>
    /// <exception cref="CheckpointException">The file has become shorter.</exception>
    public abstract void Pack(int part);

    /// <summary>Once all parts are packed.</summary>
    public virtual void Complete()
    {
    }

    /// <summary>A temporary file's room goes back with it.</summary>
    public abstract void CloseFile();

    public abstract void Dispose();

    /// <summary>Products of rows with the whole matrix, on a session's threads.</summary>
    /// <param name="context">Of the run.</param>
    /// <param name="kernel">That is this matrix.</param>
    /// <param name="x">[rows, inputs]</param>
    /// <param name="y">[rows, outputs], out.</param>
    /// <returns>A status.</returns>
    public virtual nint Product(nint context, void* kernel, void* x, long rows, float* y)
    {
        var run = new ProductRun { Matrix = kernel, X = x, Rows = rows, Y = y };
        return run.Start(context, this);
    }

    /// <summary>Products with one strip. Threads may run at once; a row's bits depend neither on the strip nor on other rows.</summary>
    /// <param name="x">As <see cref="Product"/> has given it to the run.</param>
    /// <param name="first">Of the rows that are meant.</param>
    /// <param name="y">[all rows, outputs], out.</param>
    public abstract void Multiply(int strip, void* x, long first, long rows, float* y);

    /// <summary>Of a strip.</summary>
    protected long FirstColumn(int strip) => (long)strip * stripColumns;

    /// <summary>Of a strip, that the matrix has.</summary>
    protected int Columns(int strip) => (int)Math.Min(stripColumns, outputs - FirstColumn(strip));
}
