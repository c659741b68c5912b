using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tool;

/// <summary>Says what a checkpoint is and what it takes to serve it.</summary>
internal static class Inspection
{
    // Weights of a product in blocks with a float scale each, as the quantized graphs have them.
    private const int QuantizationBlock = 128;

    public static void Write(string folder, TextWriter output)
    {
        using var checkpoint = LoadedCheckpoint.Open(folder);
        void Line(string name, FormattableString value) => output.WriteLine($"{name,-12}{FormattableString.Invariant(value)}");

        var tensors = checkpoint.Tensors.ToArray();
        Line("folder", $"{folder}");
        var types = string.Join(", ", tensors.Select(t => t.Tensor.Type.Name()).Distinct());
        Line("weights", $"{Path.GetRelativePath(folder, checkpoint.Source.Description)}: {tensors.Length} tensors, {types}, {Elements(tensors):N0} parameters");
        if (checkpoint.Gpt2 is { } gpt2)
        {
            Line("family", $"GPT-2: {gpt2.Layers} layers, {gpt2.Heads} heads, {gpt2.HiddenSize} wide");
            Line("context", $"{gpt2.Positions:N0} tokens");
            Line("vocabulary", $"{gpt2.VocabularySize:N0} tokens");
            var cache = 2L * sizeof(float) * gpt2.Layers * gpt2.Positions * gpt2.CachedSize;
            var halves = HeadAttention.Fits(gpt2.CachedHeadSize) ? $"; {Size(cache / 2)} in int8 and int4 with AVX-512 and VNNI" : "";
            Line("KV cache", $"{Size(cache)} a sequence of {gpt2.Positions:N0} tokens{halves}");
        }
        else if (checkpoint.Bert is { } bert)
        {
            Line("family", $"BERT classifier: {bert.Layers} layers, {bert.Heads} heads, {bert.HiddenSize} wide");
            Line("context", $"{bert.Positions:N0} tokens");
            Line("vocabulary", $"{bert.VocabularySize:N0} tokens");
            Line("labels", $"{string.Join(", ", bert.Labels)} ({bert.ProblemType?.ToString() ?? "problem type not said"})");
        }
        Line("tokenizer", $"{Vocabulary.Of(checkpoint) ?? $"none, and none can be served without; accepted: {Vocabulary.Accepted(checkpoint)}"}");
        Line("precision", $"auto (default: fp32 on a CPU, fp16 on CUDA), fp32, fp16 (CUDA only), int8, int4");
        Line("memory", $"weights: fp32 {Size(MemoryOf(tensors))}, fp16 {Size(2 * Elements(tensors))}, int8 about {Size(MemoryOf(tensors, 8))}, int4 about {Size(MemoryOf(tensors, 4))}");
        if (Compilation.Of(folder).ToArray() is { Length: > 0 } compiled)
            Line("compiled", $"{string.Join(", ", compiled).ToLowerInvariant()}");
        if (checkpoint.Weights.Unused.Count > 0)
            Line("unused", $"{string.Join(", ", checkpoint.Weights.Unused)}");
        output.WriteLine();
        foreach (var (name, tensor) in tensors)
            output.WriteLine($"{name,-56} {tensor.Type.Name(),-5} {Refusal.Shape(tensor.Shape)}");
    }

    /// <summary>Bytes of the weights on a CPU: products as they are packed, all else as floats.</summary>
    /// <param name="bits">Of a product's weights; 32 for fp32.</param>
    internal static long MemoryOf((string Name, StoredTensor Tensor)[] tensors, int bits = 32)
    {
        var tables = tensors.Where(t => t.Name is Gpt2Tensors.TokenEmbedding or BertTensors.TokenEmbedding).ToArray();
        // Rows of a large one are read from the file as they are needed.
        var read = Elements(tables.Where(t => t.Tensor.ByteLength >= WeightsInFiles.LeastTableBytes));
        // GPT-2's is the head, too, unless the checkpoint has one of its own.
        var isHead = !tensors.Any(t => t.Name == Gpt2Tensors.Head);
        var heads = Elements(tables.Where(t => t.Name == Gpt2Tensors.TokenEmbedding && isHead));
        var products = heads + Elements(tensors.Where(IsProduct));
        var floats = Elements(tensors) + heads - products - read;
        return (4 * floats) + (products * bits / 8) + (bits < 32 ? 4 * products / QuantizationBlock : 0);
    }

    // Embeddings are looked up, not multiplied.
    private static bool IsProduct((string Name, StoredTensor Tensor) weight) =>
        weight.Tensor.Shape.Count == 2 && !weight.Name.Contains("embeddings", StringComparison.Ordinal) && weight.Name is not (Gpt2Tensors.TokenEmbedding or Gpt2Tensors.PositionEmbedding);

    private static long Elements(IEnumerable<(string Name, StoredTensor Tensor)> tensors) => tensors.Sum(t => TensorShape.Elements(t.Tensor.Shape)!.Value);

    private static string Size(long bytes) => bytes switch
    {
        < 1_000_000 => FormattableString.Invariant($"{bytes / 1e3:F1} kB"),
        < 1_000_000_000 => FormattableString.Invariant($"{bytes / 1e6:F1} MB"),
        _ => FormattableString.Invariant($"{bytes / 1e9:F2} GB"),
    };
}
