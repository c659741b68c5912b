using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Rows and caches of one run of the operator, the run itself, and what it should give.</summary>
internal sealed class AttentionCase
{
    private readonly int _heads, _headSize, _slot, _batch;
    private readonly bool _isHalf;

    public AttentionCase(int heads, int headSize, int slot, int batch, int tokens, bool isHalf, Random random)
    {
        (_heads, _headSize, _slot, _batch, _isHalf, Tokens) = (heads, headSize, slot, batch, isHalf, tokens);
        X = Floats(batch * tokens * 3 * heads * headSize);
        RowScales = Floats(batch * tokens);
        Bias = Floats(3 * heads * headSize);
        Keys = Cache();
        Values = Cache();

        float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 4) - 2))];

        byte[] Cache() => [.. Floats(batch * heads * slot * headSize).SelectMany(value => isHalf ? BitConverter.GetBytes((Half)value) : BitConverter.GetBytes(value))];
    }

    private AttentionCase(AttentionCase like, int batch, int tokens, float[] x, float[]? rowScales, byte[] keys, byte[] values)
    {
        (_heads, _headSize, _slot, _batch, _isHalf, Tokens) = (like._heads, like._headSize, like._slot, batch, like._isHalf, tokens);
        (X, RowScales, Bias, Keys, Values) = (x, rowScales, like.Bias, keys, values);
    }

    public int Tokens { get; }

    public float[] X { get; }

    public float[]? RowScales { get; init; }

    public float[]? Bias { get; init; }

    private byte[] Keys { get; }

    private byte[] Values { get; }

    private int Width => _heads * _headSize;

    private int HeadBytes => _slot * _headSize * (_isHalf ? 2 : 4);

    /// <summary>Some of a sequence's tokens, over other caches.</summary>
    public AttentionCase Part(int start, int tokens, AttentionCase caches) => new(this, 1, tokens,
        X[(start * 3 * Width)..((start + tokens) * 3 * Width)], RowScales![start..(start + tokens)], caches.Keys, caches.Values);

    /// <summary>One sequence, with a cache of its own.</summary>
    public AttentionCase Row(int row)
    {
        var slot = _heads * HeadBytes;
        return new(this, 1, Tokens, X[(row * Tokens * 3 * Width)..((row + 1) * Tokens * 3 * Width)], RowScales![(row * Tokens)..((row + 1) * Tokens)],
            Keys[(row * slot)..((row + 1) * slot)], Values[(row * slot)..((row + 1) * slot)]);
    }

    /// <summary>Keys and values of the first positions.</summary>
    public byte[] Cached(int positions) => [.. new[] { Keys, Values }.SelectMany(cache => Enumerable.Range(0, _batch * _heads)
        .SelectMany(head => cache.Skip(head * HeadBytes).Take(HeadBytes / _slot * positions)))];

    /// <summary>In double precision; leaves the caches alone.</summary>
    public double[] Expected(int[] lengths)
    {
        var expected = new double[_batch * Tokens * Width];
        var (keys, values) = (Numbers(Keys), Numbers(Values));
        for (var head = 0; head < _batch * _heads; head++)
        {
            for (var token = 0; token < Tokens; token++)
            {
                var row = (head / _heads * Tokens) + token;
                var position = lengths[head / _heads] - Tokens + token;
                var at = ((head * _slot) + position) * _headSize;
                for (var i = 0; i < _headSize; i++)
                {
                    keys[at + i] = Rounded(row, Width + (head % _heads * _headSize) + i);
                    values[at + i] = Rounded(row, (2 * Width) + (head % _heads * _headSize) + i);
                }
                var first = head * _slot * _headSize;
                var weights = Enumerable.Range(0, position + 1).Select(other => Enumerable.Range(0, _headSize).Sum(i =>
                    (double)AttentionOperatorTests.Scale * Product(row, (head % _heads * _headSize) + i) * (double)keys[first + (other * _headSize) + i])).ToArray();
                var most = weights.Max();
                weights = [.. weights.Select(weight => Math.Exp(weight - most))];
                var total = weights.Sum();
                for (var i = 0; i < _headSize; i++)
                {
                    expected[(row * Width) + (head % _heads * _headSize) + i] =
                        weights.Select((weight, other) => weight * (double)values[first + (other * _headSize) + i]).Sum() / total;
                }
            }
        }
        return expected;
    }

    /// <summary>Past and present in the same memory, as they are served.</summary>
    public float[] On(InferenceSession session, int[] lengths) => On(session, lengths, Keys, Values);

    /// <returns>The present keys and values.</returns>
    public byte[] OnOwnPresent(InferenceSession session, int[] lengths)
    {
        var (keys, values) = (new byte[Keys.Length], new byte[Values.Length]);
        On(session, lengths, keys, values);
        return [.. keys, .. values];
    }

    private float[] On(InferenceSession session, int[] lengths, byte[] presentKeys, byte[] presentValues)
    {
        var y = new float[_batch * Tokens * Width];
        using var binding = session.CreateIoBinding();
        using var options = new RunOptions();
        using var x = Bind("x", X, [_batch * Tokens, 3 * Width]);
        using var scales = Bind("row_scales", RowScales ?? new float[_batch * Tokens], [_batch * Tokens, 1]);
        using var bias = Bind("bias", Bias ?? new float[3 * Width], [3 * Width]);
        using var last = Bind("last", lengths.Select(length => length - 1).ToArray(), [_batch]);
        using var result = OrtValue.CreateTensorValueFromMemory(y, [_batch * Tokens, Width]);
        binding.BindOutput("y", result);
        using var keys = BindCache("past_key", Keys, "present_key", presentKeys);
        using var values = BindCache("past_value", Values, "present_value", presentValues);
        session.RunWithBinding(options, binding);
        return y;

        OrtValue Bind<T>(string name, T[] data, long[] shape)
            where T : unmanaged
        {
            var value = OrtValue.CreateTensorValueFromMemory(data, shape);
            binding.BindInput(name, value);
            return value;
        }

        Pinned BindCache(string past, byte[] pastData, string present, byte[] presentData)
        {
            var pinned = new Pinned(_isHalf ? TensorElementType.Float16 : TensorElementType.Float, pastData, presentData, [_batch, _heads, _slot, _headSize]);
            binding.BindInput(past, pinned.Past);
            binding.BindOutput(present, pinned.Present);
            return pinned;
        }
    }

    private float[] Numbers(byte[] cache) => _isHalf
        ? [.. MemoryMarshal.Cast<byte, Half>(cache).ToArray().Select(value => (float)value)]
        : MemoryMarshal.Cast<byte, float>(cache).ToArray();

    private float Rounded(int row, int column) => _isHalf ? (float)(Half)Product(row, column) : Product(row, column);

    private float Product(int row, int column)
    {
        var scaled = X[(row * 3 * Width) + column] * (RowScales?[row] ?? 1);
        return scaled + (Bias?[column] ?? 0);
    }
}

// A past and a present for as long as they are bound.
file sealed class Pinned : IDisposable
{
    private readonly GCHandle _past, _present;

    public Pinned(TensorElementType type, byte[] past, byte[] present, long[] shape)
    {
        (_past, _present) = (GCHandle.Alloc(past, GCHandleType.Pinned), GCHandle.Alloc(present, GCHandleType.Pinned));
        Past = Tensor(_past);
        Present = Tensor(_present);

        OrtValue Tensor(GCHandle data) => OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, type, shape, data.AddrOfPinnedObject(), past.Length);
    }

    public OrtValue Past { get; }

    public OrtValue Present { get; }

    public void Dispose()
    {
        Past.Dispose();
        Present.Dispose();
        _past.Free();
        _present.Free();
    }
}
