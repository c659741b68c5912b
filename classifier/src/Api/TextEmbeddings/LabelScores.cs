using System.Text.Json;

namespace ElasticSynapse.Classifier.Api.TextEmbeddings;

/// <summary>Writes a text's labels as all of Hugging Face's servers do: <c>[{"score","label"}]</c>, the highest first.</summary>
internal static class LabelScores
{
    /// <param name="json">Where they go.</param>
    /// <param name="labels">[labels], the checkpoint's names.</param>
    /// <param name="scores">[labels].</param>
    /// <param name="topK">How many are shown; null for all.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<string> labels, float[] scores, int? topK = null)
    {
        json.WriteStartArray();
        foreach (var label in Enumerable.Range(0, scores.Length).OrderByDescending(label => scores[label]).Take(topK ?? scores.Length))
        {
            json.WriteStartObject();
            json.WriteNumber("score", scores[label]);
            json.WriteString("label", labels[label]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
