using System.Globalization;
using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>
/// The KV cache: attention keys and values of a number of sequences, each in a slot of the whole context. Allocated once and
/// written in place, because the session gets the same memory as past and as present. Slots in a row are one batch.
/// </summary>
internal sealed unsafe class KvSlots : IDisposable
{
    private readonly Gpt2Config _config;
    private readonly nint[] _keys;   // a layer each: float [slots, heads, positions, headSize]
    private readonly nint[] _values; // the same

    /// <param name="config">Of the model.</param>
    /// <param name="sequences">Sequences at a time; theirs are the first slots.</param>
    /// <param name="cached">Slots behind them, for the <see cref="PrefixCache"/>.</param>
    /// <exception cref="CheckpointException">The cache does not fit into memory; the message has the arithmetic.</exception>
    public KvSlots(Gpt2Config config, int sequences, int cached)
    {
        var slots = (long)sequences + cached;
        _config = config;
        var needed = slots * SlotBytes(config);
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > available)
        {
            throw new CheckpointException(string.Create(CultureInfo.InvariantCulture,
                $"the KV cache needs {needed:N0} bytes (2 * {config.Layers} layers * ({sequences} sequences + {cached} kept prefixes) * {config.Positions} positions * {config.HiddenSize} values * 4) of {available:N0}; set Scheduler__MaxSequences or Scheduler__PrefixCacheSequences lower"));
        }
        // Zeroed memory is not in use until it is written, and attention multiplies what lies beyond a sequence by zero.
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => Allocate(slots))];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => Allocate(slots))];
    }

    /// <summary>Memory of one slot.</summary>
    public static long SlotBytes(Gpt2Config config) => 2L * config.Layers * config.Positions * config.HiddenSize * sizeof(float);

    // [heads, positions, headSize]
    private long SlotFloats => (long)_config.Heads * _config.Positions * _config.HeadSize;

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
                for (var head = 0; head < _config.Heads; head++)
                {
                    Rows(layer, from, head, fromPosition).CopyTo(Rows(layer, to, head, toPosition));
                }
            }
        }

        Span<float> Rows(nint layer, int slot, int head, int position) => new(
            (float*)layer + (slot * SlotFloats) + ((((long)head * _config.Positions) + position) * _config.HeadSize),
            positions * _config.HeadSize);
    }

    public void Dispose()
    {
        foreach (var layer in _keys.Concat(_values))
        {
            NativeMemory.Free((void*)layer);
        }
    }

    private nint Allocate(long slots) => (nint)NativeMemory.AllocZeroed((nuint)(slots * SlotFloats), sizeof(float));

    private OrtValue View(nint layer, int firstSlot, int count) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance,
        TensorElementType.Float,
        [count, _config.Heads, _config.Positions, _config.HeadSize],
        layer + (nint)(firstSlot * SlotFloats * sizeof(float)),
        count * SlotFloats * sizeof(float));
}
