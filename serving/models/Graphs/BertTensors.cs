namespace ElasticSynapse.Serving.Models;

/// <summary>The tensors of a BERT classifier: Hugging Face's BertForSequenceClassification without the <c>bert.</c> prefix.</summary>
internal static class BertTensors
{
    public const string TokenEmbedding = "embeddings.word_embeddings.weight";
    public const string PositionEmbedding = "embeddings.position_embeddings.weight";
    public const string TypeEmbedding = "embeddings.token_type_embeddings.weight";

    /// <remarks>Linear layers are nn.Linear: [out, in], y = x W^T + b.</remarks>
    public static IEnumerable<RequiredTensor> Required(BertConfig config)
    {
        long hidden = config.HiddenSize, inner = config.IntermediateSize;
        yield return new(TokenEmbedding, config.VocabularySize, hidden) { MayBePadded = true };
        yield return new(PositionEmbedding, config.Positions, hidden);
        yield return new(TypeEmbedding, config.TokenTypes, hidden);
        foreach (var tensor in LayerNorm("embeddings.LayerNorm", hidden))
            yield return tensor;
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var l = $"encoder.layer.{layer}";
            foreach (var tensor in (RequiredTensor[])[
                .. Linear($"{l}.attention.self.query", hidden, hidden),
                .. Linear($"{l}.attention.self.key", hidden, hidden),
                .. Linear($"{l}.attention.self.value", hidden, hidden),
                .. Linear($"{l}.attention.output.dense", hidden, hidden),
                .. LayerNorm($"{l}.attention.output.LayerNorm", hidden),
                .. Linear($"{l}.intermediate.dense", inner, hidden),
                .. Linear($"{l}.output.dense", hidden, inner),
                .. LayerNorm($"{l}.output.LayerNorm", hidden)])
                yield return tensor;
        }
        foreach (var tensor in (RequiredTensor[])[
            .. Linear("pooler.dense", hidden, hidden),
            .. Linear("classifier", config.Labels.Count, hidden)])
            yield return tensor;
    }

    private static RequiredTensor[] Linear(string name, long outputs, long inputs) =>
        [new($"{name}.weight", outputs, inputs), new($"{name}.bias", outputs)];

    private static RequiredTensor[] LayerNorm(string name, long width) => [new($"{name}.weight", width), new($"{name}.bias", width)];
}
