using System.Globalization;
using System.Text;

namespace ElasticSynapse.Serving.Hosting.Telemetry;

/// <summary>Text that is written as the bytes that are sent, into one buffer that is used again.</summary>
internal sealed class Utf8Text
{
    // Of a double as "R" writes it, or of a long.
    private const int MaxNumberBytes = 32;

    // Below it, doubles that are whole are written as whole numbers by "R" too.
    private const double MaxWhole = 1e15;

    private byte[] _buffer = new byte[16 * 1024];
    private int _length;

    public int Length => _length;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public Utf8Text Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
        return this;
    }

    public Utf8Text Append(ReadOnlySpan<char> text)
    {
        _length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));
        return this;
    }

    public Utf8Text Append(long number)
    {
        number.TryFormat(Room(MaxNumberBytes), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
        return this;
    }

    /// <summary>As Prometheus writes it: in full, with +Inf, -Inf and NaN.</summary>
    public Utf8Text Append(double number)
    {
        if (Math.Abs(number) < MaxWhole && double.IsInteger(number))
        {
            return Append((long)number);
        }
        if (double.IsInfinity(number))
        {
            return Append(number > 0 ? "+Inf"u8 : "-Inf"u8);
        }
        number.TryFormat(Room(MaxNumberBytes), out var written, "R", CultureInfo.InvariantCulture);
        _length += written;
        return this;
    }

    private Span<byte> Room(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes));
        }
        return _buffer.AsSpan(_length);
    }
}
