namespace ElasticSynapse.Serving.Models;

/// <summary>The tensors of a GPT-2 checkpoint: Hugging Face's GPT2LMHeadModel without the <c>transformer.</c> prefix.</summary>
internal static class Gpt2Tensors
{
    public const string TokenEmbedding = "wte.weight";
    public const string PositionEmbedding = "wpe.weight";
    public const string Head = "lm_head.weight";

    /// <remarks>Linear layers are Conv1D: [in, out], y = x W + b.</remarks>
    public static IEnumerable<RequiredTensor> Required(Gpt2Config config)
    {
        long hidden = config.HiddenSize, inner = config.InnerSize;
        yield return new(TokenEmbedding, config.VocabularySize, hidden) { MayBePadded = true };
        yield return new(PositionEmbedding, config.Positions, hidden);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var h = $"h.{layer}";
            yield return new($"{h}.ln_1.weight", hidden);
            yield return new($"{h}.ln_1.bias", hidden);
            yield return new($"{h}.attn.c_attn.weight", hidden, 3 * hidden); // q, k, v side by side
            yield return new($"{h}.attn.c_attn.bias", 3 * hidden);
            yield return new($"{h}.attn.c_proj.weight", hidden, hidden);
            yield return new($"{h}.attn.c_proj.bias", hidden);
            yield return new($"{h}.ln_2.weight", hidden);
            yield return new($"{h}.ln_2.bias", hidden);
            yield return new($"{h}.mlp.c_fc.weight", hidden, inner);
            yield return new($"{h}.mlp.c_fc.bias", inner);
            yield return new($"{h}.mlp.c_proj.weight", inner, hidden);
            yield return new($"{h}.mlp.c_proj.bias", hidden);
        }
        yield return new("ln_f.weight", hidden);
        yield return new("ln_f.bias", hidden);
    }

    /// <summary>A head of its own. A tied model may hold a copy of the embedding under this name; the copy is not used.</summary>
    public static IEnumerable<RequiredTensor> Optional(Gpt2Config config) =>
        config.TieWordEmbeddings ? [] : [new(Head, config.VocabularySize, config.HiddenSize) { MayBePadded = true }];
}
