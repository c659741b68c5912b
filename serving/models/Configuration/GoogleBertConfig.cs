namespace ElasticSynapse.Serving.Models;

/// <summary>
/// What Google's BERT says outside of <c>bert_config.json</c>, whose members are Hugging Face's: <c>labels.txt</c> names the
/// head's columns, and whether they are independent only the exported graph tells.
/// </summary>
internal static class GoogleBertConfig
{
    private const string LabelsName = "labels.txt";
    private const int LargestGraph = 1 << 30;

    /// <summary>The labels of a folder without bert_config.json; null if it does not name them.</summary>
    /// <exception cref="CheckpointException">The file is refused.</exception>
    public static string[]? LabelsOf(string folder)
    {
        if (!File.Exists(SavedModelAssets.Find(folder, LabelsName)))
            return null;
        var reader = new ConfigReader(default);
        var labels = ReadLabels(folder, reader);
        reader.ThrowIfRefused(SavedModelAssets.Find(folder, LabelsName));
        return labels;
    }

    /// <summary>One label a line; blank lines at the end do not count.</summary>
    public static string[] ReadLabels(string folder, ConfigReader reader)
    {
        var file = SavedModelAssets.Find(folder, LabelsName);
        if (!File.Exists(file))
        {
            reader.Refuse($"{LabelsName} is missing beside it, and so is id2label; accepted: one label a line, in the order of output_weights");
            return [];
        }
        string[] labels = [.. TokenizerFile.ReadText(file).TrimEnd().Split('\n').Select(line => line.Trim())];
        reader.RefuseUnless(labels.All(label => label.Length > 0), $"{LabelsName} has an empty line; accepted: one label a line");
        reader.RefuseUnless(labels.Length <= ConfigFile.MostLabels, $"{LabelsName} has {labels.Length} lines; accepted: at most {ConfigFile.MostLabels}");
        return labels;
    }

    /// <summary>Softmax over the labels if the exported graph computes <c>loss/Softmax</c>, as run_classifier's does; else they
    /// are independent, as in multi-label forks of it, which compute <c>loss/Sigmoid</c>.</summary>
    public static ProblemType ReadProblemType(string folder)
    {
        var graph = new FileInfo(Path.Combine(BundlePrefix.SavedModel(folder), "saved_model.pb"));
        if (!graph.Exists || graph.Length > LargestGraph)
            return ProblemType.MultiLabel;
        // NodeDef.name, field 1 of a message: tag, length, text.
        using var file = MappedFile.Open(graph.FullName, "SavedModel graph");
        return file.Bytes(0, (int)file.Length).IndexOf("\x0A\x0Closs/Softmax"u8) >= 0 ? ProblemType.SingleLabel : ProblemType.MultiLabel;
    }
}
