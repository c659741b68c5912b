using System.Text;

namespace ElasticSynapse.Serving.Models;

/// <summary>Words every <see cref="CheckpointException"/> alike: owner, what was found, what is accepted, on one line.</summary>
internal static class Refusal
{
    private const int LongestName = 200;

    public static CheckpointException Of(string owner, string found, string accepted, Exception? inner = null) =>
        new($"{OneLine(owner)}: found {OneLine(found)}; accepted: {OneLine(accepted)}", inner);

    public static CheckpointException OfTensor(string file, string tensor, string found, string accepted) =>
        new($"{OneLine(file)}: tensor {Quoted(tensor)}: found {OneLine(found)}; accepted: {OneLine(accepted)}");

    /// <summary>A name from the file, safe to print: control characters escaped, long names cut.</summary>
    public static string Quoted(string name) =>
        $"\"{OneLine(name.Length <= LongestName ? name : name[..LongestName] + "...")}\"";

    public static string Shape(IEnumerable<long> shape) => $"[{string.Join(",", shape)}]";

    public static string OneLine(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        var line = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c is '\n' or '\r')
                line.Append(' ');
            else if (char.IsControl(c))
                line.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                line.Append(c);
        }
        return line.ToString().TrimEnd();
    }
}
