using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Attention over a cache of floats or halves beside one in double precision. Where the processor has no instructions for it, no graph
/// has the operator.</summary>
public sealed class AttentionOperatorTests
{
    private const float Scale = 0.3f;

    private readonly Random _random = new(3);

    [Theory]
    [InlineData(4, 16, 128, true)]
    [InlineData(4, 16, 128, false)]
    [InlineData(3, 32, 100, true)] // the last positions of a slot have no 16 behind them
    [InlineData(3, 32, 100, false)]
    [InlineData(2, 48, 33, true)]
    [InlineData(12, 64, 1024, true)]
    [InlineData(12, 64, 1024, false)]
    [InlineData(2, 128, 70, true)]
    [InlineData(2, 128, 70, false)]
    public void Run_SequencesOfAnyLength_TheirAttention(int heads, int headSize, int slot, bool isHalf)
    {
        if (HeadAttention.For(isHalf: true, 64) is null)
        {
            return;
        }
        using var session = Open(heads, headSize, slot, isHalf);
        foreach (var (batch, tokens) in new[] { (1, 1), (3, 1), (16, 1), (1, 2), (1, 33), (2, 20) })
        {
            var run = new Run(heads, headSize, slot, batch, tokens, isHalf, _random);
            int[] lengths = [.. Enumerable.Range(0, batch).Select(i => i == 0 ? slot : _random.Next(tokens, slot + 1))];
            var expected = run.Expected(lengths);
            var actual = run.On(session, lengths);
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], actual[i], 3e-5);
            }
        }
    }

    // Chunks of a prompt, drafts and single tokens: what a sequence gets does not depend on how it is run.
    [Theory]
    [InlineData(16, true)]
    [InlineData(64, true)]
    [InlineData(64, false)]
    [InlineData(128, true)]
    [InlineData(128, false)]
    public void Run_ManyTokensAtOnce_TheBitsOfOneByOne(int headSize, bool isHalf)
    {
        if (HeadAttention.For(isHalf: true, 64) is null)
        {
            return;
        }
        const int heads = 3, slot = 200, length = 190;
        using var session = Open(heads, headSize, slot, isHalf);
        var whole = new Run(heads, headSize, slot, 1, length, isHalf, _random);
        var expected = whole.On(session, [length]);
        for (var tokens = 1; tokens <= 67; tokens += 11)
        {
            var caches = new Run(heads, headSize, slot, 1, tokens, isHalf, _random);
            for (var start = 0; start < length; start += tokens)
            {
                var part = whole.Part(start, Math.Min(tokens, length - start), caches);
                Assert.Equal(expected[(start * heads * headSize)..((start + part.Tokens) * heads * headSize)], part.On(session, [start + part.Tokens]));
            }
            Assert.Equal(whole.Cached(length), caches.Cached(length));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_Together_TheBitsOfEachAlone(bool isHalf)
    {
        if (HeadAttention.For(isHalf: true, 64) is null)
        {
            return;
        }
        const int heads = 4, headSize = 64, slot = 256;
        using var session = Open(heads, headSize, slot, isHalf);
        var together = new Run(heads, headSize, slot, 7, 1, isHalf, _random);
        int[] lengths = [256, 1, 17, 100, 250, 16, 31];
        var alone = Enumerable.Range(0, lengths.Length).Select(row => together.Row(row)).ToArray();
        var expected = together.On(session, lengths);
        for (var row = 0; row < lengths.Length; row++)
        {
            Assert.Equal(expected[(row * heads * headSize)..((row + 1) * heads * headSize)], alone[row].On(session, [lengths[row]]));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_FloatsWithoutScalesAndBias_TheirAttention(bool isHalf)
    {
        if (HeadAttention.For(isHalf: true, 64) is null)
        {
            return;
        }
        using var session = Open(2, 16, 20, isHalf, fusesProduct: false);
        var run = new Run(2, 16, 20, 2, 1, isHalf, _random) { RowScales = null, Bias = null };
        var expected = run.Expected([20, 3]);
        Assert.All(run.On(session, [20, 3]).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 3e-5));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_PresentOfItsOwn_ThePastAndTheNew(bool isHalf)
    {
        if (HeadAttention.For(isHalf: true, 64) is null)
        {
            return;
        }
        using var session = Open(2, 16, 20, isHalf);
        var run = new Run(2, 16, 20, 1, 1, isHalf, _random);
        var before = run.Cached(20);
        var present = run.OnOwnPresent(session, [7]);
        Assert.Equal(before, run.Cached(20));
        run.On(session, [7]);
        Assert.Equal(run.Cached(20), present);
    }

    [Fact]
    public void Run_ValueBeyondHalves_ShowsInTheResult()
    {
        if (HeadAttention.For(isHalf: true, 64) is null)
        {
            return;
        }
        using var session = Open(1, 16, 20, isHalf: true);
        var run = new Run(1, 16, 20, 1, 1, isHalf: true, _random);
        run.X[32] = 1e6f; // of a value
        Assert.Contains(run.On(session, [5]), value => !float.IsFinite(value));
    }

    [Theory]
    [InlineData(21, 1)] // beyond the slot
    [InlineData(1, 2)]  // fewer than are new
    [InlineData(0, 1)]
    public void Run_LengthThatCannotBe_Refused(int length, int tokens)
    {
        if (HeadAttention.For(isHalf: true, 64) is null)
        {
            return;
        }
        using var session = Open(2, 16, 20, isHalf: true);
        var run = new Run(2, 16, 20, 1, tokens, isHalf: true, _random);
        var refusal = Assert.Throws<OnnxRuntimeException>(() => run.On(session, [length]));
        Assert.Contains($"a sequence of {length} tokens, {tokens} of them new, in a slot of 20", refusal.Message, StringComparison.Ordinal);
        Assert.All(run.On(session, [20]), value => Assert.True(float.IsFinite(value)));
    }

    private static InferenceSession Open(int heads, int headSize, int slot, bool isHalf, bool fusesProduct = true)
    {
        var type = isHalf ? DataType.Float16 : DataType.Float;
        var graph = new GraphWriter("attention");
        graph.Input("x", DataType.Float, "rows", 3 * heads * headSize);
        graph.Input("row_scales", DataType.Float, "rows", 1);
        graph.Input("bias", DataType.Float, 3 * heads * headSize);
        foreach (var past in new[] { "past_key", "past_value" })
            graph.Input(past, type, "batch", heads, slot, headSize);
        graph.Input("last", DataType.Int32, "batch");
        string[] product = fusesProduct ? ["x", "row_scales", "bias"] : ["x", "", ""];
        graph.Fused(isHalf ? AttentionOperator.HalfName : AttentionOperator.Name, ["y", "present_key", "present_value"], [.. product, "past_key", "past_value", "last"],
            OnnxAttribute.Int(AttentionOperator.HeadsAttribute, heads), OnnxAttribute.Float(AttentionOperator.ScaleAttribute, Scale));
        graph.Output("y", DataType.Float, "rows", heads * headSize);
        foreach (var present in new[] { "present_key", "present_value" })
            graph.Output(present, type, "batch", heads, slot, headSize);
        var model = graph.ToModel();
        Assert.Single(model.Graph.Node).Domain = CustomOperators.Domain;
        return CompiledModel.Open("test", model, new SessionSettings(Threads: 2));
    }

    private sealed class Run
    {
        private readonly int _heads, _headSize, _slot, _batch;
        private readonly bool _isHalf;

        public Run(int heads, int headSize, int slot, int batch, int tokens, bool isHalf, Random random)
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

        private Run(Run like, int batch, int tokens, float[] x, float[]? rowScales, byte[] keys, byte[] values)
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
        public Run Part(int start, int tokens, Run caches) => new(this, 1, tokens,
            X[(start * 3 * Width)..((start + tokens) * 3 * Width)], RowScales![start..(start + tokens)], caches.Keys, caches.Values);

        /// <summary>One sequence, with a cache of its own.</summary>
        public Run Row(int row)
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
                        (double)Scale * Product(row, (head % _heads * _headSize) + i) * (double)keys[first + (other * _headSize) + i])).ToArray();
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
    private sealed class Pinned : IDisposable
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
}
