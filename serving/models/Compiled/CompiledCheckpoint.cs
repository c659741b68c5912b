using ElasticSynapse.Serving.Models.Onnx;

namespace ElasticSynapse.Serving.Models;

/// <summary>Writes a model's graph.</summary>
/// <param name="quantized">Where rounded weights go; null if the precision has none.</param>
internal delegate ModelProto Compile(QuantizedFile? quantized);

/// <summary>
/// A checkpoint's graph in one precision: the one that <c>model convert</c> left beside it, the one that an earlier start left
/// in the cache, or one that is compiled now.
/// </summary>
internal sealed class CompiledCheckpoint : IDisposable
{
    private readonly QuantizedFile? _temporary;

    private CompiledCheckpoint(ModelProto model, QuantizedFile? temporary = null) => (Model, _temporary) = (model, temporary);

    /// <summary>With full paths of its weights' files, which are there until this is disposed.</summary>
    public ModelProto Model { get; }

    /// <param name="folder">The checkpoint's.</param>
    /// <param name="cache">Where rounded weights are kept for the next start; null keeps none.</param>
    /// <exception cref="CheckpointException">There is no room for the rounded weights.</exception>
    public static CompiledCheckpoint Open(string folder, CheckpointWeights weights, Precision precision, CacheSettings? cache, Compile compile)
    {
        var beside = CompiledFolder.Beside(folder, precision);
        if (!precision.IsQuantized() && !CompiledFolder.IsIn(beside))
            return new CompiledCheckpoint(compile(null)); // in milliseconds
        var fingerprint = Fingerprint.Of(folder, weights, precision);
        if (CompiledFolder.Read(beside, folder, fingerprint) is { } ready)
            return new CompiledCheckpoint(ready);
        if (!precision.IsQuantized())
            return new CompiledCheckpoint(compile(null));
        compile = AndLetGo(compile);
        // Processors of two kinds may share a cache.
        if (UnsignedCodes.AreNeeded)
            fingerprint = Fingerprint.Of(folder, weights, precision, unsignedCodes: true);
        if (cache is not null && new CompiledCache(cache, folder, precision).Read(fingerprint, compile) is { } cached)
            return new CompiledCheckpoint(cached);
        return Temporary(folder, compile);
    }

    public void Dispose() => _temporary?.Dispose();

    // What rounding took of memory goes back before ONNX Runtime packs the weights, which takes the most.
    private static Compile AndLetGo(Compile compile) => quantized =>
    {
        var model = compile(quantized);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        return model;
    };

    private static CompiledCheckpoint Temporary(string folder, Compile compile)
    {
        QuantizedFile? file = null;
        try
        {
            file = QuantizedFile.Temporary();
            return new CompiledCheckpoint(compile(file), file);
        }
        catch (Exception e)
        {
            file?.Dispose();
            if (e is not (IOException or UnauthorizedAccessException))
                throw;
            throw Refusal.Of(folder, $"weights to round, but no way to write them ({e.Message})",
                "a cache (Model__CacheDirectory) or a temporary folder (TMPDIR) with room for them", e);
        }
    }
}
