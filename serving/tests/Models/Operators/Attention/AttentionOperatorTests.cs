using System.Runtime.InteropServices;
using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Attention over a cache of halves beside one in double precision. Where the processor has no instructions for it, no graph
/// has the operator.</summary>
public sealed class AttentionOperatorTests
{
    private const float Scale = 0.3f;

    private readonly Random _random = new(3);

    [Theory]
    [InlineData(4, 16, 128)]
    [InlineData(3, 32, 100)] // the last positions of a slot have no 16 behind them
    [InlineData(2, 48, 33)]
    [InlineData(12, 64, 1024)]
    [InlineData(2, 128, 70)]
    public void Run_SequencesOfAnyLength_TheirAttention(int heads, int headSize, int slot)
    {
        if (!HalfAttention.IsSupported)
        {
            return;
        }
        using var session = Open(heads, headSize, slot, fusesProduct: true);
        foreach (var (batch, tokens) in new[] { (1, 1), (3, 1), (16, 1), (1, 2), (1, 33), (2, 20) })
        {
            var run = new Run(heads, headSize, slot, batch, tokens, _random);
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
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(128)]
    public void Run_ManyTokensAtOnce_TheBitsOfOneByOne(int headSize)
    {
        if (!HalfAttention.IsSupported)
        {
            return;
        }
        const int heads = 3, slot = 200, length = 190;
        using var session = Open(heads, headSize, slot, fusesProduct: true);
        var whole = new Run(heads, headSize, slot, 1, length, _random);
        var expected = whole.On(session, [length]);
        for (var tokens = 1; tokens <= 67; tokens += 11)
        {
            var caches = new Run(heads, headSize, slot, 1, tokens, _random);
            for (var start = 0; start < length; start += tokens)
            {
                var part = whole.Part(start, Math.Min(tokens, length - start), caches);
                Assert.Equal(expected[(start * heads * headSize)..((start + part.Tokens) * heads * headSize)], part.On(session, [start + part.Tokens]));
            }
            Assert.Equal(whole.Cached(length), caches.Cached(length));
        }
    }

    [Fact]
    public void Run_Together_TheBitsOfEachAlone()
    {
        if (!HalfAttention.IsSupported)
        {
            return;
        }
        const int heads = 4, headSize = 64, slot = 256;
        using var session = Open(heads, headSize, slot, fusesProduct: true);
        var together = new Run(heads, headSize, slot, 7, 1, _random);
        int[] lengths = [256, 1, 17, 100, 250, 16, 31];
        var alone = Enumerable.Range(0, lengths.Length).Select(row => together.Row(row)).ToArray();
        var expected = together.On(session, lengths);
        for (var row = 0; row < lengths.Length; row++)
        {
            Assert.Equal(expected[(row * heads * headSize)..((row + 1) * heads * headSize)], alone[row].On(session, [lengths[row]]));
        }
    }

    [Fact]
    public void Run_FloatsWithoutScalesAndBias_TheirAttention()
    {
        if (!HalfAttention.IsSupported)
        {
            return;
        }
        using var session = Open(2, 16, 20, fusesProduct: false);
        var run = new Run(2, 16, 20, 2, 1, _random) { RowScales = null, Bias = null };
        var expected = run.Expected([20, 3]);
        Assert.All(run.On(session, [20, 3]).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 3e-5));
    }

    [Fact]
    public void Run_PresentOfItsOwn_ThePastAndTheNew()
    {
        if (!HalfAttention.IsSupported)
        {
            return;
        }
        using var session = Open(2, 16, 20, fusesProduct: true);
        var run = new Run(2, 16, 20, 1, 1, _random);
        var before = run.Cached(20);
        var present = run.OnOwnPresent(session, [7]);
        Assert.Equal(before, run.Cached(20));
        run.On(session, [7]);
        Assert.Equal(run.Cached(20), present);
    }

    [Fact]
    public void Run_ValueBeyondHalves_ShowsInTheResult()
    {
        if (!HalfAttention.IsSupported)
        {
            return;
        }
        using var session = Open(1, 16, 20, fusesProduct: true);
        var run = new Run(1, 16, 20, 1, 1, _random);
        run.X[32] = 1e6f; // of a value
        Assert.Contains(run.On(session, [5]), value => !float.IsFinite(value));
    }

    [Theory]
    [InlineData(21, 1)] // beyond the slot
    [InlineData(1, 2)]  // fewer than are new
    [InlineData(0, 1)]
    public void Run_LengthThatCannotBe_Refused(int length, int tokens)
    {
        if (!HalfAttention.IsSupported)
        {
            return;
        }
        using var session = Open(2, 16, 20, fusesProduct: true);
        var run = new Run(2, 16, 20, 1, tokens, _random);
        var refusal = Assert.Throws<OnnxRuntimeException>(() => run.On(session, [length]));
        Assert.Contains($"a sequence of {length} tokens, {tokens} of them new, in a slot of 20", refusal.Message, StringComparison.Ordinal);
        Assert.All(run.On(session, [20]), value => Assert.True(float.IsFinite(value)));
    }

    private static InferenceSession Open(int heads, int headSize, int slot, bool fusesProduct)
    {
        var graph = new GraphWriter("attention");
        graph.Input("x", DataType.Float, "rows", 3 * heads * headSize);
        graph.Input("row_scales", DataType.Float, "rows", 1);
        graph.Input("bias", DataType.Float, 3 * heads * headSize);
        foreach (var past in new[] { "past_key", "past_value" })
            graph.Input(past, DataType.Float16, "batch", heads, slot, headSize);
        graph.Input("last", DataType.Int32, "batch");
        string[] product = fusesProduct ? ["x", "row_scales", "bias"] : ["x", "", ""];
        graph.Fused(AttentionOperator.Name, ["y", "present_key", "present_value"], [.. product, "past_key", "past_value", "last"],
            OnnxAttribute.Int(AttentionOperator.HeadsAttribute, heads), OnnxAttribute.Float(AttentionOperator.ScaleAttribute, Scale));
        graph.Output("y", DataType.Float, "rows", heads * headSize);
        foreach (var present in new[] { "present_key", "present_value" })
            graph.Output(present, DataType.Float16, "batch", heads, slot, headSize);
        var model = graph.ToModel();
        Assert.Single(model.Graph.Node).Domain = CustomOperators.Domain;
        return CompiledModel.Open("test", model, new SessionSettings(Threads: 2));
    }

    private sealed class Run
    {
        private readonly int _heads, _headSize, _slot, _batch;

        public Run(int heads, int headSize, int slot, int batch, int tokens, Random random)
        {
            (_heads, _headSize, _slot, _batch, Tokens) = (heads, headSize, slot, batch, tokens);
            X = Floats(batch * tokens * 3 * heads * headSize);
            RowScales = Floats(batch * tokens);
            Bias = Floats(3 * heads * headSize);
            Keys = Halves();
            Values = Halves();

            float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 4) - 2))];

            Half[] Halves() => [.. Floats(batch * heads * slot * headSize).Select(value => (Half)value)];
        }

        private Run(Run like, int batch, int tokens, float[] x, float[]? rowScales, Half[] keys, Half[] values)
        {
            (_heads, _headSize, _slot, _batch, Tokens) = (like._heads, like._headSize, like._slot, batch, tokens);
            (X, RowScales, Bias, Keys, Values) = (x, rowScales, like.Bias, keys, values);
        }

        public int Tokens { get; }

        public float[] X { get; }

        public float[]? RowScales { get; init; }

        public float[]? Bias { get; init; }

        private Half[] Keys { get; }

        private Half[] Values { get; }

        private int Width => _heads * _headSize;

        /// <summary>Some of a sequence's tokens, over other caches.</summary>
        public Run Part(int start, int tokens, Run caches) => new(this, 1, tokens,
            X[(start * 3 * Width)..((start + tokens) * 3 * Width)], RowScales![start..(start + tokens)], caches.Keys, caches.Values);

        /// <summary>One sequence, with a cache of its own.</summary>
        public Run Row(int row)
        {
            var slot = _heads * _slot * _headSize;
            return new(this, 1, Tokens, X[(row * Tokens * 3 * Width)..((row + 1) * Tokens * 3 * Width)], RowScales![(row * Tokens)..((row + 1) * Tokens)],
                Keys[(row * slot)..((row + 1) * slot)], Values[(row * slot)..((row + 1) * slot)]);
        }

        /// <summary>Keys and values of the first positions.</summary>
        public Half[] Cached(int positions) => [.. new[] { Keys, Values }.SelectMany(cache => Enumerable.Range(0, _batch * _heads)
            .SelectMany(head => cache.Skip(head * _slot * _headSize).Take(positions * _headSize)))];

        /// <summary>In double precision; leaves the caches alone.</summary>
        public double[] Expected(int[] lengths)
        {
            var expected = new double[_batch * Tokens * Width];
            var (keys, values) = ((Half[])[.. Keys], (Half[])[.. Values]);
            for (var head = 0; head < _batch * _heads; head++)
            {
                for (var token = 0; token < Tokens; token++)
                {
                    var row = (head / _heads * Tokens) + token;
                    var position = lengths[head / _heads] - Tokens + token;
                    var at = ((head * _slot) + position) * _headSize;
                    for (var i = 0; i < _headSize; i++)
                    {
                        keys[at + i] = (Half)Product(row, Width + (head % _heads * _headSize) + i);
                        values[at + i] = (Half)Product(row, (2 * Width) + (head % _heads * _headSize) + i);
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
        public Half[] OnOwnPresent(InferenceSession session, int[] lengths)
        {
            var (keys, values) = (new Half[Keys.Length], new Half[Values.Length]);
            On(session, lengths, keys, values);
            return [.. keys, .. values];
        }

        private float[] On(InferenceSession session, int[] lengths, Half[] presentKeys, Half[] presentValues)
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

            Pinned BindCache(string past, Half[] pastData, string present, Half[] presentData)
            {
                var pinned = new Pinned(pastData, presentData, [_batch, _heads, _slot, _headSize]);
                binding.BindInput(past, pinned.Past);
                binding.BindOutput(present, pinned.Present);
                return pinned;
            }
        }

        private float Product(int row, int column)
        {
            var scaled = X[(row * 3 * Width) + column] * (RowScales?[row] ?? 1);
            return scaled + (Bias?[column] ?? 0);
        }
    }

    // Halves of .NET as ONNX Runtime's, which has a type of its own for them.
    private sealed class Pinned : IDisposable
    {
        private readonly GCHandle _past, _present;

        public Pinned(Half[] past, Half[] present, long[] shape)
        {
            (_past, _present) = (GCHandle.Alloc(past, GCHandleType.Pinned), GCHandle.Alloc(present, GCHandleType.Pinned));
            Past = Tensor(_past);
            Present = Tensor(_present);

            OrtValue Tensor(GCHandle data) => OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Float16, shape, data.AddrOfPinnedObject(), past.Length * 2L);
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
