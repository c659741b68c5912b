using System.ComponentModel.DataAnnotations;
using System.Globalization;
using ElasticSynapse.Serving.Hosting.Configuration;

namespace ElasticSynapse.Classifier;

/// <summary>How much is taken on, and from which probability a label counts. Bound from "Classification".</summary>
internal sealed class ClassificationOptions : IValidatableObject
{
    /// <summary>Probability from which a label is flagged. Default: what the checkpoint's thresholds.json says, else 0.5.</summary>
    [Range(0.0, 1.0, ErrorMessage = "must be between 0 and 1")]
    public double? Threshold { get; set; }

    /// <summary>The same for single labels, by the checkpoint's label names: <c>Classification__Thresholds__threat=0.3</c>.
    /// Default none.</summary>
    public Dictionary<string, double> Thresholds { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Most texts of one request. Default 256.</summary>
    [Range(1, 65_536, ErrorMessage = "must be between 1 and 65,536")]
    public int MaxTextsPerRequest { get; set; } = 256;

    /// <summary>Texts that may wait or run, those of all requests together and each window of a long one by itself; more are
    /// refused with 429. Default 1,024.</summary>
    [Range(1, 1_048_576, ErrorMessage = "must be between 1 and 1,048,576")]
    public int MaxQueuedTexts { get; set; } = 1_024;

    /// <summary>Tokens that may wait or run; more are refused with 429, and a request that has more by itself with 400. Default
    /// 262,144.</summary>
    [Range(512, 1_073_741_824, ErrorMessage = "must be between 512 and 1,073,741,824")]
    public int MaxQueuedTokens { get; set; } = 262_144;

    /// <summary>Whether a text with more tokens than the model takes is read window by window where its request does not say,
    /// instead of being truncated. Default false.</summary>
    public bool Windows { get; set; }

    /// <summary>Share of a window that the next repeats, so that nothing is torn apart at an edge. Default 0.25.</summary>
    [Range(0.0, 0.9, ErrorMessage = "must be between 0 and 0.9")]
    public double WindowOverlap { get; set; } = 0.25;

    /// <summary>Most words of a text that are explained one by one, a run each; in longer texts neighbours stand together.
    /// Default 64.</summary>
    [Range(1, 1_024, ErrorMessage = "must be between 1 and 1,024")]
    public int MaxExplainedWords { get; set; } = 64;

    /// <summary>Memory for the logits of texts that were asked for last, in bytes; 0 keeps none. Default 16 MiB.</summary>
    [Range(0, 1_073_741_824, ErrorMessage = "must be between 0 (off) and 1,073,741,824")]
    public int CacheBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>What only the checkpoint can tell.</summary>
    public void CheckFits(int maxTokens, OptionsReader mistakes)
    {
        if (MaxQueuedTokens < maxTokens)
        {
            mistakes.Add(string.Create(CultureInfo.InvariantCulture,
                $"Classification__MaxQueuedTokens='{MaxQueuedTokens}': is below the {maxTokens:N0} tokens that the model takes, so the longest text could never be taken"));
        }
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (label, threshold) in Thresholds)
        {
            if (!(threshold >= 0 && threshold <= 1)) // also NaN
            {
                yield return new ValidationResult(
                    string.Create(CultureInfo.InvariantCulture, $"Classification__Thresholds__{label}='{threshold}': must be between 0 and 1"));
            }
        }
        if (MaxTextsPerRequest > MaxQueuedTexts)
        {
            yield return new ValidationResult(
                string.Create(CultureInfo.InvariantCulture, $"is below MaxTextsPerRequest ({MaxTextsPerRequest:N0}), so the largest request could never be taken"),
                [nameof(MaxQueuedTexts)]);
        }
    }
}
