using ElasticSynapse.Serving.Models.Onnx;

namespace ElasticSynapse.Serving.Models;

/// <summary>Compiled graphs of a checkpoint in the cache, each under its fingerprint; bounded and shared like what is fetched.</summary>
/// <param name="checkpoint">Its folder.</param>
internal sealed class CompiledCache(CacheSettings settings, string checkpoint, Precision precision)
{
    private readonly CacheFolder _folder = new(Path.GetFullPath(settings.Directory), $"compiled:{checkpoint}:{precision}");

    /// <summary>The graph of an earlier start, or else a new one, which is kept.</summary>
    /// <returns>Null if the cache can't be written: a start does not need it.</returns>
    public ModelProto? Read(string fingerprint, Compile compile)
    {
        try
        {
            if (Kept(fingerprint) is { } kept)
                return kept;
            using var held = _folder.LockAsync(TimeProvider.System, CancellationToken.None).GetAwaiter().GetResult();
            // Another process may have compiled it meanwhile.
            return Kept(fingerprint) ?? Keep(fingerprint, compile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private ModelProto? Kept(string fingerprint) =>
        _folder.Version(fingerprint, TimeProvider.System) is { } version ? CompiledFolder.Read(version, checkpoint, fingerprint) : null;

    private ModelProto? Keep(string fingerprint, Compile compile)
    {
        // Also what is there but broken.
        _folder.Remove(fingerprint);
        _folder.RemoveUnfinished();
        var partial = Directory.CreateDirectory(_folder.Partial(fingerprint)).FullName;
        ModelProto model;
        using (var file = QuantizedFile.Create(Path.Combine(partial, CompiledFolder.WeightsName)))
            model = compile(file);
        CompiledFolder.Write(partial, model, checkpoint, fingerprint);
        var path = _folder.Publish(fingerprint);
        CacheCleaning.Clean(settings with { Directory = Path.GetFullPath(settings.Directory) }, path, checkpoint);
        return CompiledFolder.Read(path, checkpoint, fingerprint);
    }
}
