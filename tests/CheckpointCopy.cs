using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace ElasticSynapse.Tests;

/// <summary>A copy of a fixture checkpoint that a test may change; deleted with the test.</summary>
/// <param name="model">A folder of tests/data/huggingface.</param>
internal sealed class CheckpointCopy(string model) : IDisposable
{
    public string Folder { get; } = Copy(model);

    public CheckpointCopy Without(string file)
    {
        File.Delete(Path.Combine(Folder, file));
        return this;
    }

    /// <summary>Cuts a file after a part of its bytes.</summary>
    public CheckpointCopy Truncated(string file, double part)
    {
        var bytes = Read(file);
        return Write(file, bytes[..(int)(bytes.Length * part)]);
    }

    /// <summary>Puts zeros behind a file's end.</summary>
    public CheckpointCopy Extended(string file, int bytes) => Write(file, [.. Read(file), .. new byte[bytes]]);

    /// <summary>Replaces text by other text of the same length, so that nothing else of the file moves.</summary>
    public CheckpointCopy Replaced(string file, string text, string replacement)
    {
        var bytes = Read(file);
        var index = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        Assert.True(index >= 0 && text.Length == replacement.Length, $"{file} has no {text}, or the replacement is of another length");
        Encoding.UTF8.GetBytes(replacement).CopyTo(bytes, index);
        return Write(file, bytes);
    }

    /// <summary>Sets a member of a JSON file.</summary>
    public CheckpointCopy With(string file, string member, string json)
    {
        var content = JsonNode.Parse(Read(file))!.AsObject();
        content[member] = JsonNode.Parse(json);
        return Write(file, Encoding.UTF8.GetBytes(content.ToJsonString()));
    }

    /// <summary>Makes all values of a float tensor NaN.</summary>
    public CheckpointCopy WithNaN(string tensor)
    {
        const string file = "model.safetensors";
        var bytes = Read(file);
        var data = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes); // behind the header's length and the header
        var offsets = JsonNode.Parse(bytes.AsSpan(8, data - 8))![tensor]!["data_offsets"]!;
        MemoryMarshal.Cast<byte, float>(bytes.AsSpan(data)[(int)offsets[0]!..(int)offsets[1]!]).Fill(float.NaN);
        return Write(file, bytes);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Copy(string model)
    {
        var folder = Directory.CreateTempSubdirectory($"{model}-checkpoint-").FullName;
        foreach (var file in Directory.GetFiles(RepositoryFiles.Data("huggingface", model)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
        return folder;
    }

    private byte[] Read(string file) => File.ReadAllBytes(Path.Combine(Folder, file));

    private CheckpointCopy Write(string file, byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(Folder, file), bytes);
        return this;
    }
}
