namespace ElasticSynapse.Serving.Models;

/// <summary>Opens one safetensors file: the header is read and checked, the weights stay where they are.</summary>
internal static class SafetensorsFile
{
    public const string Extension = ".safetensors";

    /// <exception cref="CheckpointException">The file cannot be read, or is not a valid safetensors file.</exception>
    public static ITensorSource Open(string path)
    {
        var file = MappedFile.Open(path, "safetensors file");
        try
        {
            var lengthField = file.Bytes(0, (int)Math.Min(file.Length, SafetensorsHeader.LengthFieldBytes));
            var headerBytes = SafetensorsHeader.ReadLength(path, lengthField, file.Length);
            var header = file.Bytes(SafetensorsHeader.LengthFieldBytes, headerBytes).ToArray();
            return new MappedTensors(path, SafetensorsHeader.Parse(path, header, file.Length), [file]);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
