using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Runs a GPT-2 model over a KV cache of some slots, past and present in one buffer, as the scheduler does.</summary>
internal sealed class Gpt2Run(Gpt2Model model, int slots = 1, int slotLength = 128)
{
    private readonly byte[][] _caches = // keys and values of each layer, [slots, heads, slotLength, cachedHeadSize]
        [.. Enumerable.Range(0, 2 * model.Config.Layers).Select(_ => new byte[slots * model.Config.CachedSize * slotLength * ValueBytes(model)])];

    /// <summary>Logits at every position of a sequence that starts in an empty slot, [tokens, vocabulary].</summary>
    public float[] Whole(long[] ids) => Prefill(slot: 0, past: 0, ids, [.. Enumerable.Range(0, ids.Length).Select(i => (long)i)]);

    /// <summary>Adds tokens to one slot; logits of the wanted rows, [rows, vocabulary].</summary>
    public float[] Prefill(int slot, int past, long[] ids, long[] rows)
    {
        var positions = Enumerable.Range(past, ids.Length).Select(i => (long)i).ToArray();
        return Run(slot, 1, ids, positions, [past + ids.Length - 1], past + ids.Length, rows);
    }

    /// <summary>Adds a prompt to one slot on the chunk grid, without logits.</summary>
    public void PrefillInChunks(int slot, long[] ids, int chunk)
    {
        for (var past = 0; past < ids.Length; past += chunk)
            Assert.Empty(Prefill(slot, past, ids[past..Math.Min(past + chunk, ids.Length)], []));
    }

    /// <summary>Adds one token to each slot; logits [slots, vocabulary].</summary>
    public float[] Decode(long[] ids, int[] pasts) =>
        Run(0, slots, ids, [.. pasts.Select(p => (long)p)], pasts, pasts.Max() + 1, [.. Enumerable.Range(0, slots).Select(i => (long)i)]);

    private static int ValueBytes(Gpt2Model model) => model.CacheType == TensorElementType.Float16 ? 2 : 4;

    private float[] Run(int slot, int batch, long[] ids, long[] positions, int[] sequenceLengths, int total, long[] rows)
    {
        var config = model.Config;
        var logits = new float[rows.Length * config.VocabularySize];
        using var binding = model.Session.CreateIoBinding();
        using var options = new RunOptions();
        var values = new List<OrtValue>();
        var pins = new List<GCHandle>();
        try
        {
            binding.BindInput(Gpt2Model.InputIds, Tensor(ids, batch, ids.Length / batch));
            binding.BindInput(Gpt2Model.PositionIds, Tensor(positions, batch, ids.Length / batch));
            binding.BindInput(Gpt2Model.SequenceLengths, Tensor(sequenceLengths, batch));
            binding.BindInput(Gpt2Model.TotalSequenceLength, Tensor([total], 1));
            binding.BindInput(Gpt2Model.LogitRows, Tensor(rows, rows.Length));
            for (var layer = 0; layer < config.Layers; layer++)
            {
                Bind(Gpt2Model.PastKey(layer), Gpt2Model.PresentKey(layer), _caches[2 * layer]);
                Bind(Gpt2Model.PastValue(layer), Gpt2Model.PresentValue(layer), _caches[2 * layer + 1]);
            }
            binding.BindOutput(Gpt2Model.Logits, Tensor(logits, rows.Length, config.VocabularySize));
            model.Session.RunWithBinding(options, binding);
            return logits;
        }
        finally
        {
            values.ForEach(v => v.Dispose());
            pins.ForEach(pin => pin.Free());
        }

        OrtValue Tensor<T>(T[] data, params long[] shape) where T : unmanaged => Keep(OrtValue.CreateTensorValueFromMemory(data, shape));

        void Bind(string past, string present, byte[] cache)
        {
            var slotBytes = config.CachedSize * slotLength * ValueBytes(model);
            var pinned = GCHandle.Alloc(cache, GCHandleType.Pinned);
            pins.Add(pinned);
            var value = Keep(OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, model.CacheType,
                [batch, config.Heads, slotLength, config.CachedHeadSize], pinned.AddrOfPinnedObject() + (slot * slotBytes), batch * slotBytes));
            binding.BindInput(past, value);
            binding.BindOutput(present, value);
        }

        OrtValue Keep(OrtValue value)
        {
            values.Add(value);
            return value;
        }
    }
}
