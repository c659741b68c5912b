using System.Text.Json;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api;

/// <summary>Writes one result of /classify.</summary>
/// <param name="topK">Labels to show, those with the highest probabilities first; null shows all in the checkpoint's order.</param>
internal sealed class TextScoresWriter(ServedClassifier served, int? topK)
{
    public void Write(Utf8JsonWriter json, string text, TextScores result)
    {
        var shown = Shown(result.Probabilities);
        json.WriteStartObject();
        json.WriteString("model", served.Identity.Name);
        json.WriteString("version", served.Identity.Version);
        WriteScores(json, shown, result.Probabilities);
        json.WriteStartArray("flagged");
        for (var label = 0; label < result.Flagged.Length; label++)
        {
            if (result.Flagged[label])
            {
                json.WriteStringValue(served.LabelNames[label]);
            }
        }
        json.WriteEndArray();
        json.WriteNumber("tokens", result.Tokens);
        json.WriteBoolean("truncated", result.IsTruncated);
        WriteWindows(json, text, shown, result.Windows);
        WriteExplanation(json, text, shown, result);
        json.WriteEndObject();
    }

    private int[] Shown(float[] probabilities)
    {
        var labels = Enumerable.Range(0, probabilities.Length);
        return topK is { } most ? [.. labels.OrderByDescending(label => probabilities[label]).Take(most)] : [.. labels];
    }

    private void WriteScores(Utf8JsonWriter json, int[] shown, float[] values)
    {
        json.WriteStartObject("scores");
        foreach (var label in shown)
        {
            json.WriteNumber(served.LabelNames[label], values[label]);
        }
        json.WriteEndObject();
    }

    private void WriteWindows(Utf8JsonWriter json, string text, int[] shown, HighestWindows? windows)
    {
        if (windows is null)
        {
            return;
        }
        var codePoints = new CodePointOffset(text);
        json.WriteNumber("windows", windows.Count);
        json.WriteStartObject("spans");
        foreach (var label in shown)
        {
            json.WriteStartObject(served.LabelNames[label]);
            json.WriteNumber("start", codePoints.Of(windows.Spans[label].Start));
            json.WriteNumber("end", codePoints.Of(windows.Spans[label].Stop));
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void WriteExplanation(Utf8JsonWriter json, string text, int[] shown, TextScores result)
    {
        if (result.Explanation is null)
        {
            return;
        }
        var codePoints = new CodePointOffset(text);
        json.WriteStartArray("explanation");
        foreach (var word in result.Explanation)
        {
            json.WriteStartObject();
            json.WriteString("text", text.AsSpan(word.Start, word.Stop - word.Start));
            json.WriteNumber("start", codePoints.Of(word.Start));
            json.WriteNumber("end", codePoints.Of(word.Stop));
            WriteScores(json, shown, word.Effects);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
