namespace ElasticSynapse.Serving.Models;

/// <summary>
/// A table of floats in a file: [rows, width]. Threads may read at once. From a disk, a row takes some 0.1 ms, from the system's
/// memory 2 us: so all is read once beforehand, in the background.
/// </summary>
internal sealed class TableInFile : IDisposable
{
    private const int BytesAtOnce = 1 << 20;

    private readonly FloatReader _reader;
    private readonly StoredTensor _table;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    public TableInFile(StoredTensor table)
    {
        _table = table;
        _reader = new FloatReader(table);
        Fetched = Task.Run(Fetch);
    }

    public int Width => (int)_table.Shape[1];

    /// <summary>Ends when all has been read once, or could not be; never fails.</summary>
    public Task Fetched { get; }

    /// <param name="numbers">[count], from 0 on.</param>
    /// <param name="values">[count, width]</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="CheckpointException">The file has become shorter.</exception>
    public void Read(ReadOnlySpan<long> numbers, Span<float> values)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] < 0 || numbers[i] >= _table.Shape[0])
            {
                throw new ArgumentOutOfRangeException(nameof(numbers), numbers[i], $"the table has {_table.Shape[0]:N0} rows");
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
            for (long start = 0; start < _table.ByteLength; start += room.Length)
                _reader.ReadBytes(start, room.AsSpan(0, (int)Math.Min(room.Length, _table.ByteLength - start)));
        }
        catch (Exception e) when (e is ObjectDisposedException or CheckpointException or IOException)
        {
            // The session has ended; or a run will say what is wrong with the file.
        }
    }
}
