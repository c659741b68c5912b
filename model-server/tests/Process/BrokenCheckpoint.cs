using System.Buffers.Binary;
using System.Text;

namespace ElasticSynapse.ModelServer.Tests.Process;

/// <summary>A copy of a checkpoint with one file damaged; deleted with the test.</summary>
internal sealed class BrokenCheckpoint : IDisposable
{
    private BrokenCheckpoint(string path) => Path = path;

    public string Path { get; }

    public static BrokenCheckpoint Copy(string source, string file, string damage)
    {
        var folder = Directory.CreateTempSubdirectory("broken-checkpoint-").FullName;
        foreach (var each in Directory.GetFiles(source))
        {
            File.Copy(each, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(each)));
        }
        Damage(System.IO.Path.Combine(folder, file), damage);
        return new BrokenCheckpoint(folder);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static void Damage(string file, string damage)
    {
        if (damage == "gone")
        {
            File.Delete(file);
            return;
        }
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, damage switch
        {
            "truncated" => bytes[..(bytes.Length * 2 / 3)],
            "oversized" => [.. bytes, .. new byte[1000]],
            "lying" => WithHeaderLength(bytes, 90_000_000_000),
            "renamed tensor" => Replace(bytes, "h.0.ln_1.weight", "h.0.ln_9.weight"),
            "other shape" => Replace(bytes, "\"vocab_size\": 843", "\"vocab_size\": 844"),
            _ => throw new ArgumentOutOfRangeException(nameof(damage), damage, null),
        });
    }

    private static byte[] WithHeaderLength(byte[] bytes, long length)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return bytes;
    }

    // The replacement is as long as what it replaces, so that nothing else of the file moves.
    private static byte[] Replace(byte[] bytes, string text, string replacement)
    {
        var index = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        Assert.True(index >= 0, $"the fixture has no {text}");
        Encoding.UTF8.GetBytes(replacement).CopyTo(bytes, index);
        return bytes;
    }
}
