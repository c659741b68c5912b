using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Opens bytes as a file of torch.save.</summary>
internal static class TorchFiles
{
    public static ITensorSource Open(this TemporaryFolder folder, byte[] file) => PyTorchFile.Open(folder.Write("model.bin", file));

    /// <summary>What is said of a file that is refused: one line, which begins with its path.</summary>
    public static string Refused(this TemporaryFolder folder, byte[] file)
    {
        var path = folder.Write("model.bin", file);
        var message = Assert.Throws<CheckpointException>(() => PyTorchFile.Open(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
