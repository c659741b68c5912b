using ElasticSynapse.Serving.Models;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Rounded weights are kept for the next start, and never taken for those of another checkpoint.</summary>
public sealed class CompiledCacheTests : IDisposable
{
    private static readonly SessionSettings Int8 = new(1, Precision.Int8);
    private static readonly long[] Ids = [5, 9, 2];

    private readonly TemporaryFolder _folder = new();
    private readonly CacheSettings _cache;

    public CompiledCacheTests() => _cache = new CacheSettings(_folder.File("cache"), 1 << 30);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gpt2", Precision.Int8)]
    [InlineData("gpt2", Precision.Int4)]
    [InlineData("tf-gpt2", Precision.Int4)]
    public void Load_SecondTime_ReadsWhatTheFirstKept(string fixture, Precision precision)
    {
        var folder = RepositoryFiles.Data("huggingface", fixture);
        var expected = Logits(folder, new SessionSettings(1, precision), cache: null);
        Assert.Equal(expected, Logits(folder, new SessionSettings(1, precision), _cache));
        Assert.Equal(expected, Logits(folder, new SessionSettings(1, precision), _cache));

        // That it is read, and not made again, shows once other weights are in it.
        ZeroWeights(Assert.Single(Kept("weights.bin")));
        Assert.NotEqual(expected, Logits(folder, new SessionSettings(1, precision), _cache));
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("tf-bert")]
    public void Load_ClassifierSecondTime_ReadsWhatTheFirstKept(string fixture)
    {
        var folder = RepositoryFiles.Data("huggingface", fixture);
        float[] Classify(CacheSettings? cache)
        {
            using var model = BertModel.Load(CheckpointFolder.Existing(folder), Int8, cache);
            return BertRun.Logits(model, Ids)[0];
        }
        var expected = Classify(cache: null);
        Assert.Equal(expected, Classify(_cache));
        Assert.Equal(expected, Classify(_cache));
        ZeroWeights(Assert.Single(Kept("weights.bin")));
        Assert.NotEqual(expected, Classify(_cache));
    }

    [Fact]
    public void Load_OtherWeightsUnderTheSamePath_RoundsThose()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).Save();
        Logits(copy.FullPath, Int8, _cache);
        copy.Change(t => t.Name == "transformer.h.1.mlp.c_fc.weight" ? t with { Bytes = [.. t.Bytes[4..], .. t.Bytes[..4]] } : t).Save();

        Assert.Equal(Logits(copy.FullPath, Int8, cache: null), Logits(copy.FullPath, Int8, _cache));
        Assert.Equal(2, Kept("weights.bin").Length);
    }

    [Theory]
    [InlineData("graph.onnx")]
    [InlineData("SHA256SUMS")]
    public void Load_KeptFileIsBroken_RoundsAgain(string name)
    {
        var expected = Logits(Gpt2Golden.Folder, Int8, _cache);
        var path = Assert.Single(Kept(name));
        var bytes = File.ReadAllBytes(path);
        bytes[10] ^= 4;
        File.WriteAllBytes(path, bytes);

        Assert.Equal(expected, Logits(Gpt2Golden.Folder, Int8, _cache));
        bytes[10] ^= 4;
        Assert.Equal(bytes, File.ReadAllBytes(Assert.Single(Kept(name))));
    }

    [Fact]
    public void Load_KeptWeightsAreCutShort_RoundsAgain()
    {
        var expected = Logits(Gpt2Golden.Folder, Int8, _cache);
        using (var file = File.OpenWrite(Assert.Single(Kept("weights.bin"))))
            file.SetLength(file.Length - 1);
        Assert.Equal(expected, Logits(Gpt2Golden.Folder, Int8, _cache));
    }

    [Fact]
    public void Load_CacheCannotBeWritten_StartsWithoutIt()
    {
        _folder.Write("file", "no folder");
        var expected = Logits(Gpt2Golden.Folder, Int8, cache: null);
        Assert.Equal(expected, Logits(Gpt2Golden.Folder, Int8, _cache with { Directory = _folder.File("file/cache") }));
    }

    [Fact]
    public async Task Load_FromSeveralThreadsAtOnce_RoundsOnce()
    {
        var logits = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Logits(Gpt2Golden.Folder, Int8, _cache))));
        Assert.All(logits, each => Assert.Equal(logits[0], each));
        Assert.Single(Kept("weights.bin"));
    }

    [Fact]
    public void Load_BeyondTheBound_DropsWhatWasNotUsedForLongest()
    {
        using var copy = new FixtureCopy(Gpt2Golden.Folder).Save();
        var small = _cache with { MaxBytes = 1 };
        Logits(Gpt2Golden.Folder, Int8, small);
        Logits(copy.FullPath, Int8, small);
        Assert.Single(Kept("weights.bin"));
    }

    private static float[] Logits(string folder, SessionSettings settings, CacheSettings? cache)
    {
        using var model = Gpt2Model.Load(CheckpointFolder.Existing(folder), settings, cache);
        return new Gpt2Run(model).Whole(Ids);
    }

    private string[] Kept(string name) => Directory.GetFiles(_cache.Directory, name, SearchOption.AllDirectories);

    private static void ZeroWeights(string path) => File.WriteAllBytes(path, new byte[new FileInfo(path).Length]);
}
