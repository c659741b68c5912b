using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api;

/// <summary>POST /classify: the model's own labels for one text or many.</summary>
internal sealed class ClassifyEndpoint(ServedClassifier served, TextClassifier classifier, ClassificationOptions options, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        TextRequest request;
        bool isSingle;
        int? topK;
        using (var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted))
        {
            served.Identity.Check(json.String("model"));
            (var texts, isSingle) = Texts(json);
            topK = (int?)json.Integer("top_k", 1, int.MaxValue);
            request = new TextRequest([.. texts.Select(text => new TextInput(text))], Deadline.Of(context, time), context.RequestAborted)
            {
                AllowSpecial = json.Boolean("allow_special"),
                LongTexts = json.Boolean("windows") switch { true => LongTexts.Windows, false => LongTexts.CutEnd, null => null },
                Explain = json.Boolean("explain") ?? false,
                Threshold = json.Number("threshold", 0, 1),
            };
        }
        var scores = (await classifier.ClassifyAsync(request)).Scores;
        var writer = new TextScoresWriter(served, topK);
        await JsonAnswer.WriteAsync(context, json =>
        {
            if (isSingle)
            {
                writer.Write(json, request.Inputs[0].Text, scores[0]);
                return;
            }
            json.WriteStartObject();
            json.WriteStartArray("results");
            for (var i = 0; i < scores.Length; i++)
            {
                writer.Write(json, request.Inputs[i].Text, scores[i]);
            }
            json.WriteEndArray();
            json.WriteEndObject();
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
}
