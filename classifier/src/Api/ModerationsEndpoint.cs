using System.Text.Json;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api;

/// <summary>POST /v1/moderations of the OpenAI API. See <see cref="ModerationCategories"/> for what fills the categories.</summary>
internal sealed class ModerationsEndpoint(ServedClassifier served, TextClassifier classifier, ClassificationOptions options, TimeProvider time)
{
    private readonly ModerationCategories _categories = new(served.LabelNames);

    public async Task HandleAsync(HttpContext context)
    {
        string? model;
        string[] texts;
        using (var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted))
        {
            // Clients written for OpenAI send the name of its model, or an SDK does it for them.
            model = json.String("model") is { } asked && !IsOpenAiName(asked) ? asked : null;
            served.Identity.Check(model);
            texts = ModerationInput.Read(json, options.MaxTextsPerRequest);
        }
        var request = new TextRequest([.. texts.Select(text => new TextInput(text))], Deadline.Of(context, time), context.RequestAborted);
        var results = (await classifier.ClassifyAsync(request)).Scores;
        await JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id", $"modr-{Guid.NewGuid():N}");
            writer.WriteString("model", model ?? served.Identity.Name);
            writer.WriteStartArray("results");
            foreach (var result in results)
            {
                Write(writer, result);
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static bool IsOpenAiName(string model) =>
        model.StartsWith("omni-moderation", StringComparison.Ordinal) || model.StartsWith("text-moderation", StringComparison.Ordinal);

    private void Write(Utf8JsonWriter writer, TextScores result)
    {
        var names = ModerationCategories.Names;
        var labels = served.LabelNames;
        writer.WriteStartObject();
        writer.WriteBoolean("flagged", result.Flagged.Contains(true));
        writer.WriteStartObject("categories");
        for (var category = 0; category < names.Length; category++)
        {
            writer.WriteBoolean(names[category], _categories.IsFlagged(category, result));
        }
        foreach (var label in _categories.Extra)
        {
            writer.WriteBoolean(labels[label], result.Flagged[label]);
        }
        writer.WriteEndObject();
        writer.WriteStartObject("category_scores");
        for (var category = 0; category < names.Length; category++)
        {
            writer.WriteNumber(names[category], _categories.Score(category, result));
        }
        foreach (var label in _categories.Extra)
        {
            writer.WriteNumber(labels[label], result.Probabilities[label]);
        }
        writer.WriteEndObject();
        writer.WriteStartObject("category_applied_input_types");
        for (var category = 0; category < names.Length; category++)
        {
            writer.WriteStartArray(names[category]);
            if (_categories.IsFed(category))
            {
                writer.WriteStringValue("text");
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
