using System.Text.Json;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api;

/// <summary>POST /classify: the model's own labels for one text or many.</summary>
internal sealed class ClassifyEndpoint(ServedClassifier served, TextClassifier classifier, ClassificationOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        string[] texts;
        bool isSingle;
        bool? allowSpecial;
        using (var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted))
        {
            served.Identity.Check(json.String("model"));
            allowSpecial = json.Boolean("allow_special");
            (texts, isSingle) = Texts(json);
        }
        var scores = await classifier.ClassifyAsync(texts, allowSpecial, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, writer =>
        {
            if (isSingle)
            {
                Write(writer, scores[0]);
                return;
            }
            writer.WriteStartObject();
            writer.WriteStartArray("results");
            foreach (var result in scores)
            {
                Write(writer, result);
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private (string[] Texts, bool IsSingle) Texts(JsonRequest json)
    {
        var text = json.String("text");
        var texts = json.Element("texts");
        return (text, texts) switch
        {
            (not null, not null) => throw ApiException.Invalid("texts", "'text' and 'texts' were both sent; send one of them"),
            (not null, null) => ([text], true),
            (null, { } list) => (TextFields.List(list, "texts", options.MaxTextsPerRequest), false),
            (null, null) => throw ApiException.Invalid("text", "'text' (a string) or 'texts' (a list of strings) is required"),
        };
    }

    private void Write(Utf8JsonWriter writer, TextScores result)
    {
        var labels = served.LabelNames;
        writer.WriteStartObject();
        writer.WriteString("model", served.Identity.Name);
        writer.WriteString("version", served.Identity.Version);
        writer.WriteStartObject("scores");
        for (var label = 0; label < labels.Count; label++)
        {
            writer.WriteNumber(labels[label], result.Probabilities[label]);
        }
        writer.WriteEndObject();
        writer.WriteStartArray("flagged");
        for (var label = 0; label < labels.Count; label++)
        {
            if (result.Flagged[label])
            {
                writer.WriteStringValue(labels[label]);
            }
        }
        writer.WriteEndArray();
        writer.WriteNumber("tokens", result.Tokens);
        writer.WriteBoolean("truncated", result.IsTruncated);
        writer.WriteEndObject();
    }
}
