namespace ElasticSynapse.Serving.Models;

/// <summary>A table of floats in a file: [rows, width]. Threads may read at once.</summary>
internal sealed class TableInFile(string file, long offset, TensorType type, long rows, int width) : IDisposable
{
    private readonly FloatReader _reader = new(new StoredTensor("table", type, [rows, width], file, offset, rows * width * type.Size()));

    public int Width => width;

    /// <param name="numbers">[count], from 0 on.</param>
    /// <param name="values">[count, width]</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="CheckpointException">The file has become shorter.</exception>
    public void Read(ReadOnlySpan<long> numbers, Span<float> values)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] < 0 || numbers[i] >= rows)
            {
                throw new ArgumentOutOfRangeException(nameof(numbers), numbers[i], $"the table has {rows:N0} rows");
            }
            _reader.Read(numbers[i] * width, values.Slice(i * width, width));
        }
    }

    public void Dispose() => _reader.Dispose();
}
