using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Models.Onnx;

namespace ElasticSynapse.Serving.Tool;

/// <summary>Leaves a checkpoint's compiled graph beside it, so that a service starts without compiling and rounding.</summary>
internal static class Compilation
{
    /// <param name="folder">A checkpoint, which the graph's weights stay in but for the rounded ones.</param>
    public static void Write(string folder, Precision precision)
    {
        using var checkpoint = LoadedCheckpoint.Open(folder);
        var compiled = Directory.CreateDirectory(CompiledFolder.Beside(folder, precision)).FullName;
        ModelProto model;
        using (var quantized = precision.IsQuantized() ? QuantizedFile.Create(Path.Combine(compiled, CompiledFolder.WeightsName)) : null)
            model = checkpoint.Compile(quantized, precision);
        CompiledFolder.Write(compiled, model, folder, Fingerprint.Of(folder, checkpoint.Weights, precision));
    }

    /// <summary>The precisions for which there are graphs beside a checkpoint.</summary>
    public static IEnumerable<Precision> Of(string folder) =>
        Enum.GetValues<Precision>().Where(precision => CompiledFolder.IsIn(CompiledFolder.Beside(folder, precision)));

    /// <exception cref="CheckpointException">A graph beside the checkpoint is broken, or that of other weights.</exception>
    public static void Verify(LoadedCheckpoint checkpoint)
    {
        foreach (var precision in Of(checkpoint.Folder))
        {
            var compiled = CompiledFolder.Beside(checkpoint.Folder, precision);
            foreach (var name in CompiledFolder.FilesIn(compiled).Where(name => !CompiledFolder.IsWhole(compiled, name)))
                throw Refusal.Of(Path.Combine(compiled, name), "other bytes than were written", "those of SHA256SUMS; convert it again");
            if (CompiledFolder.Read(compiled, checkpoint.Folder, Fingerprint.Of(checkpoint.Folder, checkpoint.Weights, precision)) is null)
                throw Refusal.Of(compiled, "the graph of other weights, or of another release", "that of these; convert it again");
        }
    }
}
