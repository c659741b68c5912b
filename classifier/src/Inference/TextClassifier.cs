using System.Globalization;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Telemetry;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>The way of a request's texts: tokens, queue, logits, probabilities, flags.</summary>
internal sealed class TextClassifier(
    ServedClassifier served, ClassificationOptions options, LabelThresholds thresholds, RequestQueue queue, ClassifierMetrics metrics)
{
    // A queue of small texts is through in about a second; and the OpenAI SDKs wait as long as they are told.
    private const int RetryAfterSeconds = 1;

    /// <param name="texts">At least one; empty ones are texts too.</param>
    /// <param name="allowSpecial">Whether special tokens in the texts are recognised; null leaves it to the server.</param>
    /// <param name="caller">Cancelled when the caller has gone: what has not run by then never runs.</param>
    /// <returns>One a text, in order.</returns>
    /// <exception cref="ApiException">The queue is full.</exception>
    public async Task<TextScores[]> ClassifyAsync(IReadOnlyList<string> texts, bool? allowSpecial, CancellationToken caller)
    {
        var special = allowSpecial ?? served.AllowSpecialTokens;
        var encoded = texts.Select(text => served.Encode(text, special)).ToArray();
        var request = new QueuedRequest([.. encoded.Select(text => text.Tokens)], caller);
        if (!queue.TryAdd(request))
        {
            throw Overloaded(texts.Count);
        }
        var logits = await request.Logits.WaitAsync(caller);
        var scores = new TextScores[texts.Count];
        for (var text = 0; text < scores.Length; text++)
        {
            var probabilities = served.Probabilities(logits[text]);
            bool[] flagged = [.. probabilities.Select((probability, label) => thresholds.IsFlagged(label, probability))];
            scores[text] = new TextScores(probabilities, flagged, encoded[text].Tokens.Length, encoded[text].IsTruncated);
            metrics.TextClassified(scores[text], served.LabelNames);
        }
        return scores;
    }

    private ApiException Overloaded(int texts) => new(
        ErrorKind.Overloaded,
        string.Create(CultureInfo.InvariantCulture,
            $"the request has {texts:N0} texts and {queue.WaitingTexts:N0} wait already; {served.Identity} queues {options.MaxQueuedTexts:N0} (Classification__MaxQueuedTexts)"))
    {
        RetryAfterSeconds = RetryAfterSeconds,
    };
}
