using System.Buffers.Binary;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// The container of <c>torch.save</c> before PyTorch 1.6, and since then with <c>_use_new_zipfile_serialization=False</c>: pickles of
/// a magic number, a version, the machine's byte order, the state dict and the keys of its storages, one behind the other;
/// then the storages in the order of the keys, each with its number of elements (int64) before it.
/// </summary>
/// <remarks>As <c>torch/serialization.py</c> reads it in <c>_legacy_load</c>. Storages lie anywhere, not at multiples of their
/// elements' size.</remarks>
internal static class PyTorchStream
{
    private const long Version = 1001;
    private const string Accepted = "a whole file of torch.save";

    // LONG1 of 0x1950a86a20f9469cfc6c, and STOP.
    private static ReadOnlySpan<byte> MagicNumber => [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E];

    public static bool Recognizes(ReadOnlySpan<byte> start) => MagicEnd(start) is not null;

    /// <exception cref="CheckpointException">Broken, of a big-endian machine, or more than tensors.</exception>
    public static PyTorchContent Read(MappedFile file)
    {
        var position = (long)MagicEnd(file.Bytes(0, (int)Math.Min(file.Length, PyTorchFile.StartBytes)))!;
        var version = Next(file, ref position).Value;
        if (version is not Version)
            throw Refusal.Of(file.Path, $"version {version ?? "none"} of the legacy format", $"{Version}");
        var machine = Next(file, ref position).Value as PickledDictionary;
        if (machine?.Items.FindLast(i => i.Key is "little_endian").Value is not true)
            throw Refusal.Of(file.Path, "big-endian tensors", "little-endian ones");

        var pickle = Next(file, ref position);
        var storages = new Dictionary<string, FileRange>(StringComparer.Ordinal);
        foreach (var key in Next(file, ref position).Value as List<object?> ?? throw Refusal.Of(file.Path, "no list of storages", Accepted))
        {
            if (key is not string name || !pickle.Storages.TryGetValue(name, out var storage))
                throw Refusal.Of(file.Path, $"a storage {(key is string unknown ? Refusal.Quoted(unknown) : "without a name")} that no tensor has", Accepted);
            var range = Range(file, position, storage);
            if (!storages.TryAdd(name, range))
                throw Refusal.Of(file.Path, $"storage {Refusal.Quoted(name)} twice", "each storage once");
            position = range.Offset + range.Length;
        }
        return new PyTorchContent(file, pickle.Value, storages);
    }

    private static FileRange Range(MappedFile file, long position, PickledStorage storage)
    {
        var left = file.Length - position - sizeof(long);
        if (left < 0)
            throw Refusal.Of(file.Path, $"its end, byte {file.Length}, before storage {Refusal.Quoted(storage.Key)}", Accepted);
        var elements = BinaryPrimitives.ReadInt64LittleEndian(file.Bytes(position, sizeof(long)));
        if (elements != storage.Elements)
            throw Refusal.Of(file.Path, $"{elements} elements in storage {Refusal.Quoted(storage.Key)}, which has {storage.Elements}", Accepted);
        if (elements > left / storage.ElementSize)
            throw Refusal.Of(file.Path, $"storage {Refusal.Quoted(storage.Key)} of {elements} elements in {left} bytes", Accepted);
        return new FileRange(position + sizeof(long), elements * storage.ElementSize);
    }

    // Nothing tells how long a pickle is but its end.
    private static Pickle Next(MappedFile file, ref long position)
    {
        var pickle = PickleMachine.Run(file.Path, file.Memory(position, (int)Math.Min(file.Length - position, PyTorchFile.LongestPickle)));
        position += pickle.Length;
        return pickle;
    }

    // Behind the pickle's protocol and, from protocol 4 on, its frame.
    private static int? MagicEnd(ReadOnlySpan<byte> start)
    {
        var at = start.StartsWith([(byte)0x80]) ? start.IndexOf(MagicNumber) : -1;
        return at is 2 or 11 ? at + MagicNumber.Length : null;
    }
}
