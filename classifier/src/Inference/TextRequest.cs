using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>Texts to classify, and how.</summary>
/// <param name="Inputs">At least one; empty ones are texts too.</param>
/// <param name="Deadline">When the caller stops waiting.</param>
/// <param name="Caller">Cancelled when the caller has gone: what has not run by then never runs.</param>
internal sealed record TextRequest(IReadOnlyList<TextInput> Inputs, Deadline Deadline, CancellationToken Caller)
{
    /// <summary>Whether special tokens in the texts are recognised; null leaves it to the server.</summary>
    public bool? AllowSpecial { get; init; }

    /// <summary>What becomes of long texts; null leaves it to the server.</summary>
    public LongTexts? LongTexts { get; init; }

    /// <summary>Whether to tell what each word does.</summary>
    public bool Explain { get; init; }

    /// <summary>Probability from which any label is flagged; null leaves it to the labels' own thresholds.</summary>
    public double? Threshold { get; init; }
}
