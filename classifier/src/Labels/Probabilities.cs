using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Labels;

/// <summary>Turns the logits of one text into one probability a label.</summary>
/// <remarks>Which function belongs to which checkpoint: Hugging Face transformers, <c>TextClassificationPipeline</c>.</remarks>
internal static class Probabilities
{
    /// <summary>Sigmoid where labels are independent or there is only one; softmax where one of several labels holds.</summary>
    /// <param name="config">What the checkpoint says of its labels.</param>
    /// <param name="owner">The checkpoint, for the message.</param>
    /// <exception cref="CheckpointException">A regression: its logits are no probabilities.</exception>
    public static Func<float[], float[]> Of(BertConfig config, string owner) => config.ProblemType switch
    {
        ProblemType.Regression => throw new CheckpointException(
            $"{owner}: problem_type is regression; the classifier serves multi_label_classification and single_label_classification"),
        ProblemType.MultiLabel => Sigmoid,
        _ when config.Labels.Count == 1 => Sigmoid,
        _ => Softmax,
    };

    /// <param name="logits">[labels].</param>
    /// <returns>[labels], each between 0 and 1.</returns>
    public static float[] Sigmoid(float[] logits) => Array.ConvertAll(logits, logit => (float)(1 / (1 + Math.Exp(-logit))));

    /// <param name="logits">[labels].</param>
    /// <returns>[labels], each between 0 and 1, together 1.</returns>
    public static float[] Softmax(float[] logits)
    {
        // The highest logit is taken off, or large ones would overflow.
        var highest = logits.Max();
        var weights = Array.ConvertAll(logits, logit => Math.Exp((double)logit - highest));
        var sum = weights.Sum();
        return Array.ConvertAll(weights, weight => (float)(weight / sum));
    }
}
