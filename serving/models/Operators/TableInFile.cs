namespace ElasticSynapse.Serving.Models;

/// <summary>A table of floats in a file: [rows, width]. Threads may read at once.</summary>
internal sealed class TableInFile(StoredTensor table) : IDisposable
{
    private readonly FloatReader _reader = new(table);
    private readonly long _rows = table.Shape[0];

    public int Width { get; } = (int)table.Shape[1];

    /// <param name="numbers">[count], from 0 on.</param>
    /// <param name="values">[count, width]</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="CheckpointException">The file has become shorter.</exception>
    public void Read(ReadOnlySpan<long> numbers, Span<float> values)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] < 0 || numbers[i] >= _rows)
            {
                throw new ArgumentOutOfRangeException(nameof(numbers), numbers[i], $"the table has {_rows:N0} rows");
            }
            _reader.Read(numbers[i] * Width, values.Slice(i * Width, Width));
        }
    }

    public void Dispose() => _reader.Dispose();
}
