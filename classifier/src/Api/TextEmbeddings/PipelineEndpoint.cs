using System.Text.Json;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.TextEmbeddings;

/// <summary>POST /pipeline/text-classification of Hugging Face's Inference API. Its own clients (huggingface_hub,
/// @huggingface/inference) want a list of scores for each text, where Text Embeddings Inference answers one text with its scores
/// alone: no body of POST / can suit both.</summary>
internal sealed class PipelineEndpoint(ServedClassifier served, TextClassifier classifier, ClassificationOptions options, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        TextRequest request;
        Func<TextScores, float[]> shown;
        int? topK;
        using (var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted))
        {
            var parameters = json.Object("parameters");
            shown = Shown(parameters?.String("function_to_apply"));
            topK = (int?)parameters?.Integer("top_k", 1, int.MaxValue);
            request = new TextRequest([.. Texts(json).Select(text => new TextInput(text))], Deadline.Of(context, time), context.RequestAborted);
        }
        var scores = (await classifier.ClassifyAsync(request)).Scores;
        await JsonAnswer.WriteAsync(context, answer =>
        {
            answer.WriteStartArray();
            foreach (var one in scores)
            {
                LabelScores.Write(answer, served.LabelNames, shown(one), topK);
            }
            answer.WriteEndArray();
        });
    }

    private string[] Texts(JsonRequest json) => json.Element("inputs") switch
    {
        null => throw ApiException.Invalid("inputs", "missing field `inputs`"),
        { ValueKind: JsonValueKind.Array } list => TextFields.List(list, "inputs", options.MaxTextsPerRequest),
        { ValueKind: JsonValueKind.String } text => [JsonFields.AsString(text, "inputs")],
        { } other => throw JsonFields.Mistake("inputs", "a string or a list of strings", other),
    };

    private static Func<TextScores, float[]> Shown(string? function) => function switch
    {
        // The checkpoint's own.
        null => scores => scores.Probabilities,
        "sigmoid" => scores => Probabilities.Sigmoid(scores.Logits),
        "softmax" => scores => Probabilities.Softmax(scores.Logits),
        "none" => scores => scores.Logits,
        _ => throw ApiException.Invalid("parameters.function_to_apply", $"'parameters.function_to_apply' must be sigmoid, softmax or none; got {Excerpt.Of(function)}"),
    };
}
