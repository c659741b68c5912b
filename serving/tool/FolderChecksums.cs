using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tool;

/// <summary><c>SHA256SUMS</c> of a converted folder: every file of it, as <c>sha256sum --check</c> reads it.</summary>
internal static partial class FolderChecksums
{
    private const string FileName = "SHA256SUMS";

    public static void Write(string folder)
    {
        var names = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal).ToArray();
        File.WriteAllLines(Path.Combine(folder, FileName), names.Select(name => $"{Checksum(folder, name)}  {name}"));
    }

    /// <summary>Checks what the folder's list names; files that it does not may have been laid beside them.</summary>
    /// <exception cref="CheckpointException">A file is missing, or has other bytes.</exception>
    public static void Verify(string folder)
    {
        var list = Path.Combine(folder, FileName);
        if (!File.Exists(list))
            return;
        foreach (var line in File.ReadLines(list))
        {
            if (Line().Match(line) is not { Success: true } match || !WantedFiles.IsInside(match.Groups["name"].Value))
                throw Refusal.Of(list, $"the line {Refusal.Quoted(line)}", "a SHA-256 and the name of a file in the folder");
            var name = match.Groups["name"].Value;
            if (!File.Exists(Path.Combine(folder, name)))
                throw Refusal.Of(list, $"{name}, which is not there", "a whole folder; convert it again");
            if (!Checksum(folder, name).Equals(match.Groups["sum"].Value, StringComparison.OrdinalIgnoreCase))
                throw Refusal.Of(Path.Combine(folder, name), "other bytes than were written", $"those of {FileName}; convert it again");
        }
    }

    private static string Checksum(string folder, string name)
    {
        using var file = File.OpenRead(Path.Combine(folder, name));
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    [GeneratedRegex(@"^(?<sum>[0-9a-fA-F]{64}) [ *](\./)?(?<name>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Line();
}
