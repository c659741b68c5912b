using System.Globalization;
using ElasticSynapse.ModelServer.Decoding.Memory;
using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>
/// The KV cache: attention keys and values of a number of sequences, each in a slot of the whole context. Allocated once, in
/// the device's memory, and written in place, because the session gets the same memory as past and as present. Slots in a row
/// are one batch.
/// </summary>
internal sealed class KvSlots : IDisposable
{
    private readonly TensorMemory _memory;
    private readonly Gpt2Config _config;
    private readonly TensorElementType _type;
    private readonly nint[] _keys;   // a layer each: [slots, heads, positions, headSize]
    private readonly nint[] _values; // the same

    /// <param name="memory">Where they lie.</param>
    /// <param name="config">Of the model.</param>
    /// <param name="type">Of the model's keys and values: floats, or halves.</param>
    /// <param name="sequences">Sequences at a time; theirs are the first slots.</param>
    /// <param name="cached">Slots behind them, for the <see cref="PrefixCache"/>.</param>
    /// <exception cref="CheckpointException">The cache does not fit into memory; the message has the arithmetic.</exception>
    public KvSlots(TensorMemory memory, Gpt2Config config, TensorElementType type, int sequences, int cached)
    {
        (_memory, _config, _type) = (memory, config, type);
        var slots = (long)sequences + cached;
        var needed = slots * SlotBytes(config, type);
        var available = memory.Free;
        if (needed > available)
        {
            throw new CheckpointException(string.Create(CultureInfo.InvariantCulture,
                $"the KV cache needs {needed:N0} bytes (2 * {config.Layers} layers * ({sequences} sequences + {cached} kept prefixes) * {config.Positions} positions * {config.CachedSize} values * {ValueBytes(type)}) of {available:N0}; set Scheduler__MaxSequences or Scheduler__PrefixCacheSequences lower"));
        }
        // Zeroes, because ONNX Runtime's attention multiplies what lies beyond a sequence by zero.
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => memory.Allocate(slots * LayerBytes))];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => memory.Allocate(slots * LayerBytes))];
    }

    // Of a slot's keys in a layer: [heads, positions, headSize].
    private long LayerBytes => (long)_config.Positions * _config.CachedSize * ValueBytes(_type);

    private long PositionBytes => (long)_config.CachedHeadSize * ValueBytes(_type);

    /// <summary>Memory of one slot.</summary>
    public static long SlotBytes(Gpt2Config config, TensorElementType type) =>
        2L * config.Layers * config.Positions * config.CachedSize * ValueBytes(type);

    /// <summary>Keys of a layer, [count, heads, positions, headSize], over the slots' own memory.</summary>
    public OrtValue Keys(int layer, int firstSlot, int count) => View(_keys[layer], firstSlot, count);

    /// <summary>Values of a layer, [count, heads, positions, headSize], over the slots' own memory.</summary>
    public OrtValue Values(int layer, int firstSlot, int count) => View(_values[layer], firstSlot, count);

    /// <summary>Copies positions of a slot into another, or to another place; the two must not overlap.</summary>
    public void Copy(int from, int fromPosition, int to, int toPosition, int positions)
    {
        Copy(_keys);
        Copy(_values);

        void Copy(nint[] layers)
        {
            foreach (var layer in layers)
            {
                // Positions of a head lie in a row, heads apart.
                _memory.CopyRows(
                    At(layer, from, fromPosition), At(layer, to, toPosition), _config.Heads,
                    bytes: positions * PositionBytes, stride: _config.Positions * PositionBytes);
            }
        }

        nint At(nint layer, int slot, int position) => layer + (nint)((slot * LayerBytes) + (position * PositionBytes));
    }

    public void Dispose()
    {
        foreach (var layer in _keys.Concat(_values))
        {
            _memory.Release(layer);
        }
    }

    private static int ValueBytes(TensorElementType type) => type == TensorElementType.Float16 ? sizeof(ushort) : sizeof(float);

    private OrtValue View(nint layer, int firstSlot, int count) => OrtValue.CreateTensorValueWithData(
        _memory.Info,
        _type,
        [count, _config.Heads, _config.Positions, _config.CachedHeadSize],
        layer + (nint)(firstSlot * LayerBytes),
        count * LayerBytes);
}
