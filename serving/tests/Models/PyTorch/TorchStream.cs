using System.Buffers.Binary;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Files in the form of torch.save before PyTorch 1.6, true or not.</summary>
internal sealed class TorchStream
{
    // Of protocol 2: LONG1 of the magic number, and STOP.
    private static readonly byte[] Magic = [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E];

    public long Version { get; init; } = 1001;

    public bool IsLittleEndian { get; init; } = true;

    /// <summary>Null writes the keys of the storages.</summary>
    public IReadOnlyList<string>? Keys { get; init; }

    public byte[] Write(byte[] pickle, params (string Key, long Elements, byte[] Bytes)[] storages) =>
    [
        .. Magic,
        .. new PickleWriter().Int(Version).ToBytes(),
        .. PickleWriter.Dictionary("little_endian", p => p.Raw((byte)(IsLittleEndian ? 0x88 : 0x89))),
        .. pickle,
        .. List(Keys ?? [.. storages.Select(s => s.Key)]),
        .. storages.SelectMany(s => Count(s.Elements).Concat(s.Bytes)),
    ];

    private static byte[] List(IReadOnlyList<string> texts)
    {
        var writer = new PickleWriter().Op(']').Op('(');
        foreach (var text in texts)
            writer.Text(text);
        return writer.Op('e').ToBytes();
    }

    private static byte[] Count(long elements)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, elements);
        return bytes;
    }
}
