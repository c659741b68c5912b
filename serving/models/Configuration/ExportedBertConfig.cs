using System.Globalization;
using System.Text.RegularExpressions;

namespace ElasticSynapse.Serving.Models;

/// <summary>What the variables of a BERT in TensorFlow say of it where no <c>bert_config.json</c> does, as beside the SavedModels that
/// an Estimator exports: every size is in a shape but the number of heads, which BERT has one of for each 64 hidden units.</summary>
internal static partial class ExportedBertConfig
{
    private const int HeadSize = 64;

    /// <returns>Null if the folder has no BERT in TensorFlow's form.</returns>
    /// <exception cref="CheckpointException">It has, but the variables do not say enough.</exception>
    public static BertConfig? Read(string folder)
    {
        if (!Directory.Exists(folder) || BundlePrefix.Find(folder) is not { } prefix)
            return null;
        using var index = BundleIndex.Open(prefix);
        StoredTensor[] variables = [.. index.Variables.Select(entry => entry.Tensor!)];
        var shapes = variables.ToDictionary(v => v.Name, v => v.Shape, StringComparer.Ordinal);
        if (!shapes.TryGetValue("bert/embeddings/word_embeddings", out var words) || words is not [var vocabulary, var hidden])
            return null;
        if (hidden % HeadSize != 0 || hidden == 0)
            throw Refusal.Of(index.FullPath, $"hidden states of {hidden}, which tell no number of heads", $"a multiple of {HeadSize}, or {ConfigFile.GoogleBert} beside it");
        var labels = BertHead.Find(index.FullPath, variables)?.Labels ?? throw Refusal.Of(index.FullPath, "a BERT without a classifier", $"{BertHead.Weight} and {BertHead.Bias}");
        return new BertConfig
        {
            VocabularySize = Size("vocabulary", vocabulary, ConfigFile.LargestVocabulary),
            HiddenSize = Size("hidden states", hidden, ConfigFile.LargestWidth),
            Layers = Size("layers", shapes.Keys.Select(name => Layer().Match(name).Groups["layer"].Value).Where(layer => layer.Length > 0).Distinct().Count(), ConfigFile.MostLayers),
            Heads = Size("heads", hidden / HeadSize, ConfigFile.MostHeads),
            IntermediateSize = Size("intermediate", First("bert/encoder/layer_0/intermediate/dense/bias"), ConfigFile.LargestInnerWidth),
            Activation = Activation.GeluErf,
            Positions = Size("positions", First("bert/embeddings/position_embeddings"), ConfigFile.MostPositions),
            TokenTypes = Size("token types", First("bert/embeddings/token_type_embeddings"), ConfigFile.LargestVocabulary),
            LayerNormEpsilon = 1e-12f,
            PadTokenId = 0,
            Labels = GoogleBertConfig.LabelsOf(folder) ?? [.. Enumerable.Range(0, Size("labels", labels, ConfigFile.MostLabels)).Select(BertConfig.LabelName)],
            ProblemType = GoogleBertConfig.ReadProblemType(folder),
        };

        long First(string name) => shapes.TryGetValue(name, out var shape) && shape is [var size, ..]
            ? size
            : throw Refusal.Of(index.FullPath, $"no {name}", $"the variables of a BERT, or {ConfigFile.GoogleBert} beside it");

        int Size(string what, long size, int limit) => size >= 1 && size <= limit
            ? (int)size
            : throw Refusal.Of(index.FullPath, string.Create(CultureInfo.InvariantCulture, $"{what} of {size}"), $"1 to {limit}");
    }

    [GeneratedRegex("^bert/encoder/layer_(?<layer>[0-9]+)/", RegexOptions.CultureInvariant)]
    private static partial Regex Layer();
}
