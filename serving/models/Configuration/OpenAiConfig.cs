using System.Text.Json;

namespace ElasticSynapse.Serving.Models;

/// <summary>Reads <c>hparams.json</c> of OpenAI's GPT-2 and of gpt-2-simple. Members and defaults are those of openai/gpt-2
/// <c>src/model.py</c>; what it does not name is fixed there.</summary>
internal static class OpenAiConfig
{
    private static readonly string[] VocabularyNames = ["encoder.json", "vocab.json"];

    private const string EndOfText = "<|endoftext|>";

    /// <param name="folder">Also holds the vocabulary, which knows the end-of-text token.</param>
    public static Gpt2Config Read(string folder, string file, ConfigReader reader)
    {
        var (tokens, endOfText) = ReadVocabulary(folder);
        // 0 is the default there, and stands for whatever the embedding has, of which only what the vocabulary names can be said.
        var isSized = reader.Member("n_vocab") is { } size && !(size.ValueKind == JsonValueKind.Number && size.TryGetInt32(out var number) && number == 0);
        var vocabulary = isSized ? reader.Size("n_vocab", ConfigFile.LargestVocabulary) : Math.Min(tokens ?? int.MaxValue, EmbeddingRows(folder) ?? int.MaxValue);
        reader.RefuseUnless(vocabulary is > 0 and <= ConfigFile.LargestVocabulary, "n_vocab is missing, and neither an embedding nor an encoder.json to count; accepted: one of them");
        var hidden = reader.OptionalSize("n_embd", ConfigFile.LargestWidth) ?? 768;
        var heads = reader.OptionalSize("n_head", ConfigFile.MostHeads) ?? 12;
        Gpt2Config.CheckHeads(reader, hidden, heads);
        var config = new Gpt2Config
        {
            VocabularySize = vocabulary,
            Positions = reader.OptionalSize("n_ctx", ConfigFile.MostPositions) ?? 1024,
            HiddenSize = hidden,
            Layers = reader.OptionalSize("n_layer", ConfigFile.MostLayers) ?? 12,
            Heads = heads,
            InnerSize = 4 * hidden,
            Activation = Activation.GeluTanh,
            LayerNormEpsilon = 1e-5f,
            TieWordEmbeddings = true,
            BosTokenId = endOfText,
            EosTokenIds = endOfText is { } end ? [end] : [],
        };
        reader.ThrowIfRefused(file);
        return config;
    }

    private static int? EmbeddingRows(string folder)
    {
        if (BundlePrefix.Find(folder) is not { } prefix)
            return null;
        using var index = BundleIndex.Open(prefix);
        return index.Entries.GetValueOrDefault("model/wte")?.Tensor?.Shape is [var rows, _] ? (int)Math.Min(rows, int.MaxValue) : null;
    }

    private static (int? Tokens, int? EndOfText) ReadVocabulary(string folder)
    {
        if (VocabularyNames.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is not { } file)
            return (null, null);
        using var json = CheckpointJson.Read(file);
        int? endOfText = json.RootElement.TryGetProperty(EndOfText, out var id) && id.ValueKind == JsonValueKind.Number
            && id.TryGetInt32(out var number) ? number : null;
        return (json.RootElement.GetPropertyCount(), endOfText);
    }
}
