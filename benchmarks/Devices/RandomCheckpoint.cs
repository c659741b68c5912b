using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Benchmarks.Devices;

/// <summary>Writes checkpoints of the usual shapes with random weights: speed does not depend on their values.</summary>
internal static class RandomCheckpoint
{
    // Uniform weights whose standard deviation is the 0.02 that both families start from.
    private const float Width = 0.0693f;

    private static readonly string[] Generator = ["GPT2LMHeadModel"], Classifier = ["BertForSequenceClassification"];

    /// <summary>GPT-2 124M, or the same with fewer layers.</summary>
    public static void WriteGpt2(string folder, int layers)
    {
        WriteConfig(folder, new { model_type = "gpt2", architectures = Generator, n_layer = layers, n_head = 12, n_embd = 768, n_positions = 1_024, vocab_size = 50_257 });
        Write(folder, Gpt2Tensors.Required(Gpt2Config.Load(folder)));
    }

    /// <summary>BERT-base with six labels, or the same with fewer layers.</summary>
    public static void WriteBert(string folder, int layers)
    {
        WriteConfig(folder, new
        {
            model_type = "bert", architectures = Classifier, problem_type = "multi_label_classification",
            num_hidden_layers = layers, num_attention_heads = 12, hidden_size = 768, intermediate_size = 3_072,
            max_position_embeddings = 512, type_vocab_size = 2, vocab_size = 30_522,
            id2label = Enumerable.Range(0, 6).ToDictionary(label => $"{label}", label => $"label{label}"),
        });
        Write(folder, BertTensors.Required(BertConfig.Load(folder)));
    }

    private static void WriteConfig(string folder, object config)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(config));
    }

    private static void Write(string folder, IEnumerable<RequiredTensor> required)
    {
        var tensors = required.ToArray();
        var header = new Dictionary<string, object>();
        long offset = 0;
        foreach (var tensor in tensors)
        {
            var end = offset + (sizeof(float) * Elements(tensor));
            header.Add(tensor.Name, new { dtype = "F32", shape = tensor.Shape, data_offsets = new[] { offset, end } });
            offset = end;
        }
        var json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        using var file = File.Create(Path.Combine(folder, "model.safetensors"));
        file.Write(BitConverter.GetBytes((long)json.Length));
        file.Write(json);
        var random = new Random(1);
        foreach (var tensor in tensors)
        {
            var values = new float[Elements(tensor)];
            var isNorm = tensor.Shape.Length == 1 && tensor.Name.EndsWith("weight", StringComparison.Ordinal);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = tensor.Shape.Length > 1 ? (random.NextSingle() - 0.5f) * Width : isNorm ? 1 : 0;
            }
            file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }

    private static long Elements(RequiredTensor tensor) => tensor.Shape.Aggregate(1L, (product, dimension) => product * dimension);
}
