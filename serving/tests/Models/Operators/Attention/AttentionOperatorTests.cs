using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Attention over a cache of floats or halves beside one in double precision. Where the processor has no instructions for it, no graph
/// has the operator.</summary>
public sealed class AttentionOperatorTests
{
    internal const float Scale = 0.3f;

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
            var run = new AttentionCase(heads, headSize, slot, batch, tokens, isHalf, _random);
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
        var whole = new AttentionCase(heads, headSize, slot, 1, length, isHalf, _random);
        var expected = whole.On(session, [length]);
        for (var tokens = 1; tokens <= 67; tokens += 11)
        {
            var caches = new AttentionCase(heads, headSize, slot, 1, tokens, isHalf, _random);
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
        var together = new AttentionCase(heads, headSize, slot, 7, 1, isHalf, _random);
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
        var run = new AttentionCase(2, 16, 20, 2, 1, isHalf, _random) { RowScales = null, Bias = null };
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
        var run = new AttentionCase(2, 16, 20, 1, 1, isHalf, _random);
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
        var run = new AttentionCase(1, 16, 20, 1, 1, isHalf: true, _random);
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
        var run = new AttentionCase(2, 16, 20, 1, tokens, isHalf: true, _random);
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
}
