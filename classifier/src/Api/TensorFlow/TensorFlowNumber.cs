using System.Globalization;
using System.Text.Json;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>Numbers as TensorFlow Serving writes them: a whole one keeps its <c>.0</c>, so that clients read a float.</summary>
internal static class TensorFlowNumber
{
    public static void Write(Utf8JsonWriter json, float value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        json.WriteRawValue(text.AsSpan().ContainsAny(".E") ? text : text + ".0", skipInputValidation: true);
    }
}
