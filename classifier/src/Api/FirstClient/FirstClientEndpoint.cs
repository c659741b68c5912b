using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.FirstClient;

/// <summary>POST / with a <c>description</c>, and the greeting of GET /: the API of the first Elastic Synapse client.</summary>
/// <remarks>chrisseiler96/bert-client-server-tests, <c>run_app.py</c>.</remarks>
internal sealed class FirstClientEndpoint(ServedClassifier served, TextClassifier classifier, TimeProvider time)
{
    private const string Html = "text/html; charset=utf-8";

    public static Task GreetAsync(HttpContext context)
    {
        context.Response.ContentType = Html;
        return context.Response.WriteAsync("Hello BERT predicting Toxic Comments! Try posting a string to this url", context.RequestAborted);
    }

    /// <param name="json">The body, which has no field of another API.</param>
    public async Task HandleAsync(HttpContext context, JsonRequest json)
    {
        context.UseErrorFormat(FirstClientErrors.Format);
        var description = json.String("description")
            ?? throw ApiException.Invalid("description", "'description' (a string) is required: the comment to classify");
        var classified = await classifier.ClassifyAsync(new TextRequest([new TextInput(description)], Deadline.Of(context, time), context.RequestAborted));
        await WriteAsync(context, classified.Scores[0]);
    }

    private Task WriteAsync(HttpContext context, TextScores scores)
    {
        var labels = served.LabelNames.Zip(scores.Probabilities);
        if (AcceptedForm.IsJson(context.Request.GetTypedHeaders().Accept))
        {
            return JsonAnswer.WriteAsync(context, json =>
            {
                json.WriteStartObject();
                foreach (var (label, probability) in labels)
                {
                    json.WriteNumber(label, probability);
                }
                json.WriteEndObject();
            });
        }
        context.Response.ContentType = Html;
        return context.Response.WriteAsync($"Prediction{PythonText.Dictionary(labels)}: ", context.RequestAborted);
    }

}
