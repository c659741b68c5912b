using System.Text;
using System.Text.RegularExpressions;

namespace ElasticSynapse.Serving.Models;

/// <summary>The file <c>checkpoint</c> beside TensorFlow's checkpoints, which says which of them is the latest.</summary>
/// <remarks>A CheckpointState in text format (<c>python/training/checkpoint_state.proto</c>).</remarks>
internal static partial class CheckpointState
{
    public const string FileName = "checkpoint";

    /// <summary>The latest checkpoint's prefix, without its folder: what was copied here was written somewhere else.</summary>
    /// <returns>Null if the file does not say.</returns>
    public static string? Latest(string file)
    {
        var match = ModelCheckpointPath().Match(TokenizerFile.ReadText(file));
        if (!match.Success)
            return null;
        var path = new StringBuilder();
        var quoted = match.Groups["path"].Value;
        for (var i = 0; i < quoted.Length; i++)
            path.Append(quoted[i] == '\\' && i + 1 < quoted.Length ? quoted[++i] : quoted[i]);
        return path.ToString().Split('/')[^1];
    }

    [GeneratedRegex("""^\s*model_checkpoint_path\s*:\s*"(?<path>(\\.|[^"\\])*)" """, RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex ModelCheckpointPath();
}
