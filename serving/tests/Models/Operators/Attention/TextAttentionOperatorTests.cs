using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Models.Onnx;
using Microsoft.ML.OnnxRuntime;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;
using static ElasticSynapse.Serving.Models.OnnxAttribute;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Attention of texts beside one in double precision. Where the processor has no instructions for it, no graph has the operator.</summary>
public sealed class TextAttentionOperatorTests
{
    private static readonly string[] Parts = ["query", "key", "value"];

    private readonly Random _random = new(5);

    [Theory]
    [InlineData(2, 64)]
    [InlineData(3, 16)]
    [InlineData(2, 20)]
    [InlineData(1, 96)]
    [InlineData(4, 5)]
    public void Run_TextsOfAnyLength_TheirAttention(int heads, int headSize)
    {
        if (!TextHead.IsSupported)
        {
            return;
        }
        using var session = Open(heads, heads * headSize);
        foreach (var (tokens, asking, lengths) in new (int, int, int[])[]
        {
            (1, 1, [1]), (6, 6, [6]), (64, 64, [64]), (65, 65, [65, 1, 7]), (130, 130, [128, 130]), (33, 1, [33, 2]), (512, 1, [500]), (40, 7, [40, 3]),
        })
        {
            var texts = new Texts(_random, lengths.Length, tokens, asking, heads * headSize);
            var y = texts.On(session, lengths);
            for (var text = 0; text < lengths.Length; text++)
            {
                for (var token = 0; token < asking; token++)
                {
                    for (var column = 0; column < heads * headSize; column++)
                    {
                        var actual = y[(((text * asking) + token) * heads * headSize) + column];
                        Assert.Equal(token < lengths[text] ? texts.Expected(text, token, column, headSize, lengths[text]) : 0, actual, 3e-5);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(24)]
    public void Run_BesideOthersAndPadded_TheBitsOfEachAlone(int headSize)
    {
        if (!TextHead.IsSupported)
        {
            return;
        }
        const int heads = 2, tokens = 70;
        var width = heads * headSize;
        using var session = Open(heads, width, threads: 2);
        int[] lengths = [70, 1, 64, 13];
        var texts = new Texts(_random, lengths.Length, tokens, tokens, width);
        var together = texts.On(session, lengths);
        for (var text = 0; text < lengths.Length; text++)
        {
            var alone = texts.Alone(text, lengths[text]).On(session, [lengths[text]]);
            Assert.Equal(alone, together[(text * tokens * width)..(((text * tokens) + lengths[text]) * width)]);
        }
    }

    // Else it would read what is not its own.
    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(-1)]
    public void Run_LengthThatNoTextHas_Refused(int length)
    {
        if (!TextHead.IsSupported)
        {
            return;
        }
        using var session = Open(heads: 1, width: 16);
        var error = Assert.Throws<OnnxRuntimeException>(() => new Texts(_random, 1, 8, 8, 16).On(session, [length]));
        Assert.Contains($"a text of {length} tokens in a row of 8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_InputsThatDoNotFit_Refused()
    {
        if (!TextHead.IsSupported)
        {
            return;
        }
        using var session = Open(heads: 3, width: 16);
        Assert.Contains("3 heads", Assert.Throws<OnnxRuntimeException>(() => new Texts(_random, 1, 8, 8, 16).On(session, [8])).Message, StringComparison.Ordinal);
        using var two = Open(heads: 2, width: 16);
        Assert.Contains("input 9 has 2 elements; 1 fit", Assert.Throws<OnnxRuntimeException>(() => new Texts(_random, 1, 8, 8, 16).On(two, [8, 8])).Message, StringComparison.Ordinal);
        Assert.Contains("queries [1, 9, 16] do not fit keys [1, 8, 16]", Assert.Throws<OnnxRuntimeException>(() => new Texts(_random, 1, 8, 9, 16).On(two, [8])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Int8)]
    [InlineData(Precision.Int4)]
    public void Apply_CompiledGraph_OursWithTheBiasesInIt(Precision precision)
    {
        var config = BertConfig.Load(BertGolden.Folder);
        using var source = CheckpointTensors.Open(BertGolden.Folder);
        var weights = CheckpointWeights.Bind(source, TensorNaming.Bert, BertTensors.Required(config));
        using var compiled = CompiledCheckpoint.Open(BertGolden.Folder, weights, precision, cache: null, quantized => BertGraph.Compile(config, weights, quantized, precision));
        var graph = compiled.Model.Graph;
        TextAttention.Apply(graph);
        Assert.Equal(config.Layers, graph.Node.Count(node => node.OpType == (TextHead.IsSupported ? TextAttentionOperator.Name : "MultiHeadAttention")));
        Assert.Equal(TextHead.IsSupported, !graph.Node.Any(node => node.Output.Any(output => output.EndsWith("self.queries", StringComparison.Ordinal))));
    }

    private static InferenceSession Open(int heads, int width, int threads = 1)
    {
        var graph = new GraphWriter("attention");
        string[] inputs = [.. Parts.SelectMany(part => new[]
        {
            graph.Input(part, DataType.Float, "texts", $"{part}_tokens", width),
            graph.Input($"{part}_scale", DataType.Float, "texts", $"{part}_tokens", 1),
            graph.Input($"{part}_bias", DataType.Float, width),
        })];
        var model = graph.ToModel();
        var lengths = graph.Input("lengths", DataType.Int32, "lengths_count");
        var node = new NodeProto { OpType = TextAttentionOperator.Name, Domain = CustomOperators.Domain, Output = { "y" } };
        node.Input.AddRange([.. inputs, lengths]);
        node.Attribute.Add(Int(TextAttentionOperator.HeadsAttribute, heads));
        model.Graph.Node.Add(node);
        graph.Output("y", DataType.Float, "texts", "query_tokens", width);
        return CompiledModel.Open("test", model, new SessionSettings(threads));
    }

    /// <summary>Products of some texts, and what their attention is.</summary>
    private sealed class Texts
    {
        private readonly int _texts, _tokens, _asking, _width;
        private readonly float[][] _products, _scales, _biases; // of queries, keys and values

        public Texts(Random random, int texts, int tokens, int asking, int width)
        {
            (_texts, _tokens, _asking, _width) = (texts, tokens, asking, width);
            _products = [Floats(texts * asking * width), Floats(texts * tokens * width), Floats(texts * tokens * width)];
            _scales = [Floats(texts * asking), Floats(texts * tokens), Floats(texts * tokens)];
            _biases = [Floats(width), Floats(width), Floats(width)];

            float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 4) - 2)];
        }

        private Texts(Texts all, int text, int length)
        {
            (_texts, _tokens, _asking, _width, _biases) = (1, length, length, all._width, all._biases);
            var first = text * all._tokens;
            _products = [.. all._products.Select(product => product[(first * _width)..((first + length) * _width)])];
            _scales = [.. all._scales.Select(scales => scales[first..(first + length)])];
        }

        public Texts Alone(int text, int length) => new(this, text, length);

        public double Expected(int text, int token, int column, int headSize, int length)
        {
            var first = column / headSize * headSize;
            var scores = Enumerable.Range(0, length).Select(other => Enumerable.Range(first, headSize)
                .Sum(i => Value(0, (text * _asking) + token, i) * Value(1, (text * _tokens) + other, i)) / Math.Sqrt(headSize)).ToArray();
            var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
            return weights.Select((weight, other) => weight * Value(2, (text * _tokens) + other, column)).Sum() / weights.Sum();
        }

        public float[] On(InferenceSession session, int[] lengths)
        {
            using var options = new RunOptions();
            var names = new List<string>();
            var values = new List<OrtValue>();
            for (var part = 0; part < 3; part++)
            {
                var tokens = part == 0 ? _asking : _tokens;
                Add(Parts[part], OrtValue.CreateTensorValueFromMemory(_products[part], [_texts, tokens, _width]));
                Add($"{Parts[part]}_scale", OrtValue.CreateTensorValueFromMemory(_scales[part], [_texts, tokens, 1]));
                Add($"{Parts[part]}_bias", OrtValue.CreateTensorValueFromMemory(_biases[part], [_width]));
            }
            Add("lengths", OrtValue.CreateTensorValueFromMemory(lengths, [lengths.Length]));
            try
            {
                using var results = session.Run(options, names, values, ["y"]);
                return results[0].GetTensorDataAsSpan<float>().ToArray();
            }
            finally
            {
                values.ForEach(value => value.Dispose());
            }

            void Add(string name, OrtValue value)
            {
                names.Add(name);
                values.Add(value);
            }
        }

        private double Value(int part, int row, int column) => (_products[part][(row * _width) + column] * (double)_scales[part][row]) + _biases[part][column];
    }
}
