namespace ElasticSynapse.Serving.Models;

/// <summary>Passes a tar on and remembers whether it ended as tars do, with two blocks of zeros: .NET's reader takes any end,
/// and its decompressor one in the middle.</summary>
internal sealed class TarEnd(Stream tar) : Stream
{
    private const int MarkBytes = 1024;
    private const int LongestPadding = 1 << 20; // writers fill records of 10 kB, some of 512 kB

    private long _zeros; // at the end of what was read

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads what is left, which is padding, and tells whether the mark was there.</summary>
    public bool IsMarked()
    {
        var buffer = new byte[4096];
        for (var left = LongestPadding; left > 0 && Read(buffer) is > 0 and var read; left -= read)
        {
        }
        return _zeros >= MarkBytes;
    }

    public override int Read(Span<byte> buffer)
    {
        var read = tar.Read(buffer);
        var last = buffer[..read].LastIndexOfAnyExcept((byte)0);
        _zeros = last < 0 ? _zeros + read : read - 1 - last;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
