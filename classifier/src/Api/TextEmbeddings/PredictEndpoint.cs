using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.TextEmbeddings;

/// <summary>POST /predict of Hugging Face Text Embeddings Inference. Unlike there, a multi-label checkpoint gets its sigmoid.</summary>
internal sealed class PredictEndpoint(ServedClassifier served, TextClassifier classifier, ClassificationOptions options, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        using var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted);
        await HandleAsync(context, json);
    }

    public async Task HandleAsync(HttpContext context, JsonRequest json)
    {
        var start = Stopwatch.GetTimestamp();
        context.UseErrorFormat(TeiErrors.Format);
        var (inputs, isBatch) = Inputs(context, json);
        var isRaw = json.Boolean("raw_scores") ?? false;
        var request = new TextRequest(inputs, Deadline.Of(context, time), context.RequestAborted) { LongTexts = LongTextsOf(json) };
        var classified = await classifier.ClassifyAsync(request);

        WriteTimes(context.Response.Headers, request, classified, Stopwatch.GetElapsedTime(start));
        await JsonAnswer.WriteAsync(context, answer =>
        {
            if (!isBatch)
            {
                Write(answer, classified.Scores[0], isRaw);
                return;
            }
            answer.WriteStartArray();
            foreach (var scores in classified.Scores)
            {
                Write(answer, scores, isRaw);
            }
            answer.WriteEndArray();
        });
    }

    private (TextInput[] Inputs, bool IsBatch) Inputs(HttpContext context, JsonRequest json)
    {
        if (json.Element("inputs") is not { } inputs)
        {
            throw ApiException.Invalid("inputs", "missing field `inputs`");
        }
        if (inputs.ValueKind == JsonValueKind.Array && inputs.GetArrayLength() == 0)
        {
            context.UseErrorFormat(TeiErrors.OfNothing);
            throw ApiException.Invalid("inputs", "`inputs` cannot be empty");
        }
        return PredictInputs.Read(inputs, options.MaxTextsPerRequest);
    }

    // Where the request does not say, a long text is truncated, or read in windows if the server is set so.
    private static LongTexts? LongTextsOf(JsonRequest json)
    {
        var isLeft = json.String("truncation_direction") switch
        {
            null or "right" or "Right" => false,
            "left" or "Left" => true,
            var other => throw ApiException.Invalid("truncation_direction", $"'truncation_direction' must be left or right; got {Excerpt.Of(other)}"),
        };
        return (json.Boolean("truncate"), isLeft) switch
        {
            (false, _) => LongTexts.Refuse,
            (_, true) => LongTexts.CutBeginning,
            (true, false) => LongTexts.CutEnd,
            (null, false) => null,
        };
    }

    private void Write(Utf8JsonWriter json, TextScores scores, bool isRaw) =>
        LabelScores.Write(json, served.LabelNames, isRaw ? scores.Logits : scores.Probabilities);

    // Milliseconds, as TEI has them.
    private void WriteTimes(IHeaderDictionary headers, TextRequest request, ClassifiedTexts classified, TimeSpan total)
    {
        headers["x-compute-type"] = served.DeviceChoice.Device.ComputeType;
        headers["x-compute-characters"] = Number(request.Inputs.Sum(input => Characters(input.Text) + Characters(input.Second ?? "")));
        headers["x-compute-tokens"] = Number(classified.Scores.Sum(scores => scores.Tokens));
        headers["x-compute-time"] = Number(total.TotalMilliseconds);
        headers["x-total-time"] = Number(total.TotalMilliseconds);
        headers["x-tokenization-time"] = Number(classified.Tokenization.TotalMilliseconds);
        headers["x-queue-time"] = Number(classified.Times.Queue.TotalMilliseconds);
        headers["x-inference-time"] = Number(classified.Times.Inference.TotalMilliseconds);

        static int Characters(string text) => new CodePointOffset(text).Of(text.Length);

        static string Number(double value) => ((long)value).ToString(CultureInfo.InvariantCulture);
    }
}
