using System.Globalization;

namespace ElasticSynapse.Classifier.Api.FirstClient;

/// <summary>Values as Python's <c>repr</c> writes them; clients of the first container parse its answers with
/// <c>ast.literal_eval</c> or a regular expression.</summary>
internal static class PythonText
{
    /// <summary>A float32 that NumPy has widened to a float64: the shortest digits that read back as that float64.</summary>
    public static string Float(float value)
    {
        var text = ((double)value).ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return text.AsSpan().ContainsAny(".e") ? text : text + ".0";
    }

    public static string String(string value) =>
        $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    /// <summary>A dict, in the order given.</summary>
    public static string Dictionary(IEnumerable<(string Key, float Value)> items) =>
        $"{{{string.Join(", ", items.Select(item => $"{String(item.Key)}: {Float(item.Value)}"))}}}";
}
