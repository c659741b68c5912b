using System.Globalization;
using System.Text.Json;

namespace ElasticSynapse.Serving.Models;

/// <summary>What <c>config.json</c>, or Google's <c>bert_config.json</c>, says of a BERT sequence classifier, checked. Member
/// names and defaults are Hugging Face's.</summary>
public sealed record BertConfig
{
    internal static readonly string[] Architectures = ["BertForSequenceClassification"];

    public required int VocabularySize { get; init; }

    /// <summary>Width of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    /// <summary>Width inside the feed-forward block.</summary>
    public required int IntermediateSize { get; init; }

    public required Activation Activation { get; init; }

    /// <summary>Longest sequence, with [CLS] and [SEP].</summary>
    public required int Positions { get; init; }

    /// <summary>Rows of the token type embedding; only row 0 is used.</summary>
    public required int TokenTypes { get; init; }

    public required float LayerNormEpsilon { get; init; }

    public required int PadTokenId { get; init; }

    /// <summary>Names of the logits' columns, in order.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Null if the checkpoint does not say.</summary>
    public ProblemType? ProblemType { get; init; }

    /// <summary>Reads the file, or what the variables of a SavedModel say without one.</summary>
    /// <exception cref="CheckpointException">The file is missing or refused; every problem is in the message.</exception>
    internal static BertConfig Load(string folder)
    {
        if (!ConfigFile.IsIn(folder) && ExportedBertConfig.Read(folder) is { } exported)
            return exported;
        var file = ConfigFile.Find(folder, ModelFamily.Bert);
        using var json = CheckpointJson.Read(file);
        return Read(file, new ConfigReader(json.RootElement), folder);
    }

    /// <param name="file">Its name tells whose words it is in.</param>
    /// <param name="folder">Of the checkpoint, where of Google's what else is needed lies; the file's own if null.</param>
    internal static BertConfig Read(string file, ConfigReader reader, string? folder = null)
    {
        var googleFolder = Path.GetFileName(file) == ConfigFile.GoogleBert ? folder ?? Path.GetDirectoryName(file) : null;
        if (googleFolder is null)
            reader.Family("bert", Architectures);
        var vocabulary = reader.Size("vocab_size", ConfigFile.LargestVocabulary);
        var hidden = reader.Size("hidden_size", ConfigFile.LargestWidth);
        var heads = reader.Size("num_attention_heads", ConfigFile.MostHeads);
        reader.RefuseUnless(hidden % heads == 0, $"hidden_size {hidden} is not divisible by num_attention_heads {heads}");
        reader.Choice("position_embedding_type", 0, ("absolute", 0));
        reader.FlagMustBe("is_decoder", false);
        reader.FlagMustBe("add_cross_attention", false);
        var config = new BertConfig
        {
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            Layers = reader.Size("num_hidden_layers", ConfigFile.MostLayers),
            Heads = heads,
            IntermediateSize = reader.Size("intermediate_size", ConfigFile.LargestInnerWidth),
            Activation = reader.Choice("hidden_act", Activation.GeluErf, ActivationNames.All),
            Positions = reader.Size("max_position_embeddings", ConfigFile.MostPositions),
            TokenTypes = reader.Size("type_vocab_size", ConfigFile.LargestVocabulary),
            LayerNormEpsilon = reader.Epsilon("layer_norm_eps", 1e-12f),
            PadTokenId = reader.TokenId("pad_token_id", vocabulary) ?? 0,
            Labels = googleFolder is not null && reader.Member("id2label") is null
                ? GoogleBertConfig.ReadLabels(googleFolder, reader)
                : ReadLabels(reader),
            ProblemType = reader.Choice("problem_type", googleFolder is null ? default(ProblemType?) : GoogleBertConfig.ReadProblemType(googleFolder),
                ("multi_label_classification", Models.ProblemType.MultiLabel),
                ("single_label_classification", Models.ProblemType.SingleLabel),
                ("regression", Models.ProblemType.Regression)),
        };
        reader.ThrowIfRefused(file);
        return config;
    }

    /// <summary>What Hugging Face calls a column that has no name.</summary>
    internal static string LabelName(int column) => string.Create(CultureInfo.InvariantCulture, $"LABEL_{column}");

    // id2label's keys are the column numbers, as strings and in any order. Without it the names are LABEL_n, as Hugging Face's.
    private static string[] ReadLabels(ConfigReader reader)
    {
        var count = reader.OptionalSize("num_labels", ConfigFile.MostLabels);
        if (reader.Member("id2label") is not { } map)
            return [.. Enumerable.Range(0, count ?? 2).Select(LabelName)];
        if (map.ValueKind != JsonValueKind.Object || !map.EnumerateObject().Any())
        {
            reader.Refuse("id2label is not an object of label names; accepted: {\"0\": \"first\", ...}");
            return [];
        }
        var members = map.EnumerateObject().ToArray();
        var labels = new string[members.Length];
        foreach (var member in members)
        {
            if (!int.TryParse(member.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var column) || column >= labels.Length
                || labels[column] is not null || member.Value.ValueKind != JsonValueKind.String)
            {
                reader.Refuse($"id2label has {Refusal.Quoted(member.Name)}: {member.Value.GetRawText()}; "
                    + $"accepted: names by the numbers 0 to {labels.Length - 1}");
                return [];
            }
            labels[column] = member.Value.GetString()!;
        }
        reader.RefuseUnless(count is null || count == labels.Length,
            $"num_labels is {count} but id2label names {labels.Length}; accepted: the same number");
        return labels;
    }
}
