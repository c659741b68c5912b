using System.Security.Cryptography;
using ElasticSynapse.Serving.Models.Onnx;
using Google.Protobuf;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// A compiled graph on a disk: <c>graph.onnx</c>; <c>weights.bin</c> with the weights that the checkpoint does not have, the
/// rounded ones; and <c>SHA256SUMS</c> of both, as <c>sha256sum --check</c> reads it. The other weights stay in the checkpoint's
/// files.
/// </summary>
internal static class CompiledFolder
{
    /// <summary>The folder in a checkpoint.</summary>
    public const string Name = "compiled";

    public const string WeightsName = "weights.bin";
    private const string GraphName = "graph.onnx";
    private const string ChecksumsName = "SHA256SUMS";
    private const string FingerprintKey = "elastic-synapse.fingerprint";
    private const int Alignment = 64, WindowBytes = 1 << 24;
    private const string CheckpointPrefix = "checkpoint/";

    /// <summary>Where a checkpoint's own are, as <c>model convert</c> writes them.</summary>
    public static string Beside(string checkpoint, Precision precision) =>
        Path.Combine(checkpoint, Name, precision.ToString().ToLowerInvariant());

    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, GraphName));

    /// <summary>The graph, with the full paths of its weights' files.</summary>
    /// <returns>Null if none is there, or it is that of other weights, or not whole: then it has to be compiled again.</returns>
    public static ModelProto? Read(string folder, string checkpoint, string fingerprint)
    {
        try
        {
            if (!IsIn(folder) || !IsWhole(folder, GraphName))
                return null;
            var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, GraphName)));
            if (model.MetadataProps.FirstOrDefault(property => property.Key == FingerprintKey)?.Value != fingerprint)
                return null;
            // A graph may name nothing outside.
            if (ExternalData.Files(model).Any(name => CheckpointFile.NameIn(folder, Path.Combine(folder, name)) is null))
                return null;
            ExternalData.Rename(model, name => name.StartsWith(CheckpointPrefix, StringComparison.Ordinal)
                ? Path.Combine(checkpoint, name[CheckpointPrefix.Length..])
                : Path.Combine(folder, name));
            return ExternalData.Weights(model).All(IsThere) ? model : null;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the graph beside its <c>weights.bin</c>, if there is one already.</summary>
    /// <param name="model">With the full paths of its weights' files, which become the names that they have here.</param>
    public static void Write(string folder, ModelProto model, string checkpoint, string fingerprint)
    {
        Adopt(folder, model, checkpoint);
        ExternalData.Rename(model, file => file == Path.Combine(folder, WeightsName) ? WeightsName : CheckpointPrefix + CheckpointFile.NameIn(checkpoint, file));
        model.MetadataProps.Add(new StringStringEntryProto { Key = FingerprintKey, Value = fingerprint });
        File.WriteAllBytes(Path.Combine(folder, GraphName), model.ToByteArray());
        File.WriteAllLines(Path.Combine(folder, ChecksumsName), FilesIn(folder).Select(name => $"{Checksum(folder, name)}  {name}"));
    }

    /// <summary>Names of the files that the graph is made of.</summary>
    public static IEnumerable<string> FilesIn(string folder) =>
        new[] { GraphName, WeightsName }.Where(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>Whether a file has the bytes that were written.</summary>
    public static bool IsWhole(string folder, string name) =>
        File.Exists(Path.Combine(folder, ChecksumsName))
        && File.ReadLines(Path.Combine(folder, ChecksumsName)).Contains($"{Checksum(folder, name)}  {name}");

    private static bool IsThere(TensorProto weight) =>
        new FileInfo(ExternalData.File(weight)) is { Exists: true } file
        && file.Length >= ExternalData.Offset(weight) + ExternalData.ByteLength(weight);

    // Weights in temporary files, such as transposed ones, come along.
    private static void Adopt(string folder, ModelProto model, string checkpoint)
    {
        var weights = Path.Combine(folder, WeightsName);
        foreach (var weight in ExternalData.Weights(model))
        {
            var file = ExternalData.File(weight);
            if (file == weights || CheckpointFile.NameIn(checkpoint, file) is not null)
                continue;
            using var output = new FileStream(weights, FileMode.OpenOrCreate, FileAccess.Write);
            output.Position = (output.Length + Alignment - 1) / Alignment * Alignment;
            var (offset, byteLength) = (output.Position, ExternalData.ByteLength(weight));
            using (var mapped = MappedFile.Open(file, "temporary file"))
            {
                for (long start = 0; start < byteLength; start += WindowBytes)
                    output.Write(mapped.Bytes(ExternalData.Offset(weight) + start, (int)Math.Min(WindowBytes, byteLength - start)));
            }
            ExternalData.Place(weight, weights, offset, byteLength);
        }
    }

    private static string Checksum(string folder, string name)
    {
        using var file = File.OpenRead(Path.Combine(folder, name));
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
