using System.Globalization;
using System.Text.Json;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>Numbers as TensorFlow Serving writes them: in six digits where these read back as the same float, else in nine; a
/// whole one keeps its <c>.0</c>, so that clients read a float.</summary>
/// <remarks>tensorflow/serving, <c>json_tensor.cc</c>, <c>WriteDecimal</c>.</remarks>
internal static class TensorFlowNumber
{
    public static void Write(Utf8JsonWriter json, float value) => json.WriteRawValue(Text(value), skipInputValidation: true);

    /// <param name="value">Also NaN and infinities, which go by their names.</param>
    internal static string Text(float value)
    {
        // As C's %g: an exponent of at least two digits, behind an e, from 10^6 or 10^9 on and below 10^-4.
        var text = value.ToString("G6", CultureInfo.InvariantCulture);
        if (float.IsFinite(value) && float.Parse(text, CultureInfo.InvariantCulture) != value)
        {
            text = value.ToString("G9", CultureInfo.InvariantCulture);
        }
        text = text.Replace('E', 'e');
        return !float.IsFinite(value) || text.AsSpan().ContainsAny(".e") ? text : text + ".0";
    }
}
