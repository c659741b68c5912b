using System.Security.Cryptography;
using System.Text;

namespace ElasticSynapse.Serving.Models;

/// <summary>Tells whether a compiled graph is that of a checkpoint, without reading the whole of it.</summary>
internal static class Fingerprint
{
    // Another number for graphs that are written in another way, so that older ones are not taken for theirs.
    private const int Version = 7;

    // Training changes every tensor, so that some bytes of each tell one checkpoint from another.
    private const int SampleBytes = 256;
    private const long SampleEvery = 1 << 20;

    /// <summary>32 hexadecimal digits of the configuration, of each weight's name, type, shape and place, and of samples of it.</summary>
    /// <param name="folder">Of the checkpoint.</param>
    public static string Of(string folder, CheckpointWeights weights, Precision precision, bool unsignedCodes = false)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(FormattableString.Invariant($"{Version} {precision}{(unsignedCodes ? " unsigned" : "")}\n"));
        foreach (var file in ConfigFile.Names.Select(name => SavedModelAssets.Find(folder, name)).Where(File.Exists))
            hash.AppendData(File.ReadAllBytes(file));
        foreach (var (name, tensor) in weights.ByName.OrderBy(weight => weight.Key, StringComparer.Ordinal))
        {
            var place = CheckpointFile.NameIn(folder, tensor.File) is { } file ? $"{file} {tensor.Offset}" : "";
            Add(FormattableString.Invariant($"{name} {tensor.Type} {string.Join('x', tensor.Shape)} {place}\n"));
            AddSamples(tensor);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));

        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));

        void AddSamples(StoredTensor tensor)
        {
            using var file = File.OpenHandle(tensor.File);
            for (long start = 0; start < tensor.ByteLength; start += SampleEvery)
                AddSample(start);
            AddSample(Math.Max(0, tensor.ByteLength - SampleBytes));

            void AddSample(long start)
            {
                var bytes = new byte[Math.Min(SampleBytes, tensor.ByteLength - start)];
                hash.AppendData(bytes, 0, RandomAccess.Read(file, bytes, tensor.Offset + start));
            }
        }
    }
}
