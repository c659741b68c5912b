namespace ElasticSynapse.Serving.Models;

/// <summary>What the configuration says of a GPT-2 checkpoint, checked: <c>config.json</c>, with Hugging Face's names and
/// defaults, or OpenAI's <c>hparams.json</c>.</summary>
public sealed record Gpt2Config
{
    internal static readonly string[] Architectures = ["GPT2LMHeadModel", "GPT2Model"];

    /// <summary>Tokens in the vocabulary: columns of the logits.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Longest sequence, prompt and completion together.</summary>
    public required int Positions { get; init; }

    /// <summary>Width of the hidden states; heads times <see cref="HeadSize"/>.</summary>
    public required int HiddenSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    /// <summary>Width inside the feed-forward block.</summary>
    public required int InnerSize { get; init; }

    public required Activation Activation { get; init; }

    public required float LayerNormEpsilon { get; init; }

    /// <summary>Whether attention scores are divided by the square root of <see cref="HeadSize"/>.</summary>
    public bool ScalesAttention { get; init; } = true;

    /// <summary>Whether those of the layer n, from 0, are divided by n + 1.</summary>
    public bool ScalesAttentionByLayer { get; init; }

    /// <summary>Whether the head must use the token embedding even if the checkpoint holds <c>lm_head.weight</c>.</summary>
    public required bool TieWordEmbeddings { get; init; }

    public int? BosTokenId { get; init; }

    /// <summary>Tokens that end a completion; of <c>generation_config.json</c> if it names any, else of <c>config.json</c>.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    public int HeadSize => HiddenSize / Heads;

    /// <summary>Values of a head in the KV cache: GroupQueryAttention wants a multiple of 8, and zeroes change nothing.</summary>
    public int CachedHeadSize => (HeadSize + 7) / 8 * 8;

    /// <summary>Values of a position in the KV cache, keys or values of one layer.</summary>
    public int CachedSize => Heads * CachedHeadSize;

    /// <summary>What attention scores of a layer are multiplied by.</summary>
    public float AttentionScale(int layer) =>
        (ScalesAttention ? 1 / MathF.Sqrt(HeadSize) : 1) / (ScalesAttentionByLayer ? layer + 1 : 1);

    /// <exception cref="CheckpointException">A file is missing or refused; every problem of one file is in the message.</exception>
    internal static Gpt2Config Load(string folder)
    {
        var file = ConfigFile.Find(folder, ModelFamily.Gpt2);
        using var json = CheckpointJson.Read(file);
        if (Path.GetFileName(file) == ConfigFile.OpenAiGpt2)
            return OpenAiConfig.Read(folder, file, new ConfigReader(json.RootElement));
        var config = Read(file, new ConfigReader(json.RootElement));
        var generationFile = Path.Combine(folder, "generation_config.json");
        if (!File.Exists(generationFile))
            return config;
        using var generation = CheckpointJson.Read(generationFile);
        var reader = new ConfigReader(generation.RootElement);
        var eos = reader.TokenIds("eos_token_id", config.VocabularySize);
        reader.ThrowIfRefused(generationFile);
        return eos is null ? config : config with { EosTokenIds = eos };
    }

    internal static Gpt2Config Read(string file, ConfigReader reader)
    {
        reader.Family("gpt2", Architectures);
        var vocabulary = reader.Size("vocab_size", ConfigFile.LargestVocabulary);
        var hidden = reader.Size("n_embd", ConfigFile.LargestWidth);
        var heads = reader.Size("n_head", ConfigFile.MostHeads);
        var positionsName = reader.Member("n_positions") is null && reader.Member("n_ctx") is not null ? "n_ctx" : "n_positions";
        CheckHeads(reader, hidden, heads);
        reader.FlagMustBe("add_cross_attention", false);
        var config = new Gpt2Config
        {
            VocabularySize = vocabulary,
            Positions = reader.Size(positionsName, ConfigFile.MostPositions),
            HiddenSize = hidden,
            Layers = reader.Size("n_layer", ConfigFile.MostLayers),
            Heads = heads,
            InnerSize = reader.OptionalSize("n_inner", ConfigFile.LargestInnerWidth) ?? 4 * hidden,
            Activation = reader.Choice("activation_function", Activation.GeluTanh, ActivationNames.All),
            LayerNormEpsilon = reader.Epsilon("layer_norm_epsilon", 1e-5f),
            ScalesAttention = reader.Flag("scale_attn_weights", true),
            ScalesAttentionByLayer = reader.Flag("scale_attn_by_inverse_layer_idx", false),
            TieWordEmbeddings = reader.Flag("tie_word_embeddings", true),
            BosTokenId = reader.TokenId("bos_token_id", vocabulary),
            EosTokenIds = reader.TokenIds("eos_token_id", vocabulary) ?? [],
        };
        reader.ThrowIfRefused(file);
        return config;
    }

    internal static void CheckHeads(ConfigReader reader, int hidden, int heads) =>
        reader.RefuseUnless(hidden % heads == 0, $"n_embd {hidden} is not divisible by n_head {heads}");
}
