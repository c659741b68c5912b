namespace ElasticSynapse.Serving.Models;

/// <summary>
/// The file that tells a folder's family: <c>config.json</c> of Hugging Face for both, <c>hparams.json</c> of OpenAI's GPT-2,
/// <c>bert_config.json</c> of Google's BERT. Hugging Face's goes first where two of one family are there.
/// </summary>
internal static class ConfigFile
{
    public const string HuggingFace = "config.json";
    public const string OpenAiGpt2 = "hparams.json";
    public const string GoogleBert = "bert_config.json";

    public const string AcceptedFolders = "a checkpoint folder of GPT-2 (config.json or hparams.json) or BERT (config.json or bert_config.json)";

    // Sizes beyond which a configuration is a mistake and not a model.
    public const int LargestVocabulary = 10_000_000;
    public const int MostPositions = 1_048_576;
    public const int LargestWidth = 65_536;
    public const int LargestInnerWidth = 4 * LargestWidth;
    public const int MostHeads = 1_024;
    public const int MostLayers = 1_024;
    public const int MostLabels = 65_536;

    public static readonly IReadOnlyList<string> Names = [HuggingFace, OpenAiGpt2, GoogleBert];

    /// <summary>Whether a folder holds any of the three.</summary>
    public static bool IsIn(string folder) => Names.Any(name => File.Exists(SavedModelAssets.Find(folder, name)));

    /// <summary>The configuration of a checkpoint of one family.</summary>
    /// <exception cref="CheckpointException">None is there, that of the other family is, or both are.</exception>
    public static string Find(string folder, ModelFamily family)
    {
        if (!Directory.Exists(folder))
            throw Refusal.Of(folder, "no such folder", AcceptedFolders);
        if (!IsIn(folder))
            throw Refusal.Of(folder, $"no config.json, hparams.json or bert_config.json, but {FolderContent.Of(folder)}", AcceptedFolders);
        var (own, other) = family == ModelFamily.Gpt2 ? (OpenAiGpt2, GoogleBert) : (GoogleBert, OpenAiGpt2);
        var huggingFace = Path.Combine(folder, HuggingFace);
        var native = SavedModelAssets.Find(folder, own);
        var hasOwn = File.Exists(huggingFace) || File.Exists(native);
        if (File.Exists(Path.Combine(folder, other)))
        {
            throw hasOwn
                ? Refusal.Of(folder, $"files of two families: {FolderContent.Of(folder)}", "one checkpoint in a folder")
                : Refusal.Of(folder, $"a checkpoint of {Name(family == ModelFamily.Gpt2 ? ModelFamily.Bert : ModelFamily.Gpt2)} ({other})",
                    $"{Name(family)} ({HuggingFace} or {own})");
        }
        return File.Exists(huggingFace) ? huggingFace : native;
    }

    /// <summary>The family of a folder, whichever it is.</summary>
    /// <exception cref="CheckpointException">None is recognised, or both are.</exception>
    public static ModelFamily Recognize(string folder)
    {
        var file = Path.Combine(folder, HuggingFace);
        if (!File.Exists(file))
        {
            if (!IsIn(folder) && ExportedBertConfig.Read(folder) is not null)
                return ModelFamily.Bert;
            var family = File.Exists(SavedModelAssets.Find(folder, GoogleBert)) ? ModelFamily.Bert : ModelFamily.Gpt2;
            Find(folder, family);
            return family;
        }
        using var json = CheckpointJson.Read(file);
        var reader = new ConfigReader(json.RootElement);
        var recognized = reader.Choice("model_type", default(ModelFamily?), ("gpt2", ModelFamily.Gpt2), ("bert", ModelFamily.Bert))
            ?? (reader.Names("architectures").Any(Gpt2Config.Architectures.Contains) ? ModelFamily.Gpt2 : default(ModelFamily?))
            ?? (reader.Names("architectures").Any(BertConfig.Architectures.Contains) ? ModelFamily.Bert : default(ModelFamily?));
        reader.ThrowIfRefused(file);
        return recognized ?? throw Refusal.Of(file, "no model_type", "gpt2, bert");
    }

    private static string Name(ModelFamily family) => family == ModelFamily.Gpt2 ? "GPT-2" : "BERT";
}
