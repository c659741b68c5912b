using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ElasticSynapse.Serving.Models;

/// <summary>The file <c>checkpoint</c> beside TensorFlow's checkpoints, which says which of them is the latest.</summary>
/// <remarks>A CheckpointState in text format (<c>python/training/checkpoint_state.proto</c>).</remarks>
internal static partial class CheckpointState
{
    public const string FileName = "checkpoint";

    /// <summary>The latest checkpoint's prefix, as it was written: relative to the file's folder or absolute.</summary>
    /// <returns>Null if the file does not say.</returns>
    public static string? Latest(string file)
    {
        var match = ModelCheckpointPath().Match(TokenizerFile.ReadText(file));
        return match.Success ? Unescaped(match.Groups["path"].Value) : null;
    }

    // Escapes stand for bytes of UTF-8: TensorFlow writes those beyond ASCII in octal.
    private static string Unescaped(string quoted)
    {
        var bytes = new List<byte>();
        for (var at = 0; at < quoted.Length;)
        {
            var escape = Escape().Match(quoted, at);
            if (!escape.Success)
            {
                var length = char.IsSurrogatePair(quoted, at) ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(quoted.Substring(at, length)));
                at += length;
                continue;
            }
            var code = escape.Groups["code"].Value;
            bytes.Add(code[0] switch
            {
                >= '0' and <= '7' => (byte)code.Aggregate(0, (value, digit) => 8 * value + digit - '0'),
                'x' or 'X' when code.Length > 1 => byte.Parse(code.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                'n' => (byte)'\n',
                'r' => (byte)'\r',
                't' => (byte)'\t',
                var other => (byte)other,
            });
            at += escape.Length;
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    [GeneratedRegex("""^\s*model_checkpoint_path\s*:\s*(?<quote>["'])(?<path>(\\.|(?!\k<quote>)[^\\])*)\k<quote>""", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ModelCheckpointPath();

    [GeneratedRegex(@"\G\\(?<code>[0-7]{1,3}|[xX][0-9a-fA-F]{1,2}|[\x20-\x7e])", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
