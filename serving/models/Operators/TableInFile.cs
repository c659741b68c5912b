namespace ElasticSynapse.Serving.Models;

/// <summary>
/// A table of floats in a file: [rows, width]. Threads may read at once. From a disk, a row takes some 0.1 ms, from the system's
/// memory 2 us: so all is read once in the background, from the first rows on, which a service asks for before it is ready.
/// </summary>
internal sealed class TableInFile(StoredTensor table) : IDisposable
{
    private const int BytesAtOnce = 1 << 20;

    private readonly FloatReader _reader = new(table);
    private readonly long _rows = table.Shape[0];
    private int _isFetched; // or about to be

    public int Width { get; } = (int)table.Shape[1];

    /// <param name="numbers">[count], from 0 on.</param>
    /// <param name="values">[count, width]</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="CheckpointException">The file has become shorter.</exception>
    public void Read(ReadOnlySpan<long> numbers, Span<float> values)
    {
        if (_isFetched == 0 && Interlocked.Exchange(ref _isFetched, 1) == 0)
        {
            Task.Run(Fetch);
        }
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

    private void Fetch()
    {
        var room = new byte[BytesAtOnce];
        try
        {
            for (long start = 0; start < table.ByteLength; start += room.Length)
                _reader.ReadBytes(start, room.AsSpan(0, (int)Math.Min(room.Length, table.ByteLength - start)));
        }
        catch (Exception e) when (e is ObjectDisposedException or CheckpointException or IOException)
        {
            // The session has ended; or a run will say what is wrong with the file.
        }
    }
}
